-- A decoder of OpenStack logs in the way of a site's own scripts: LPeg patterns of the module patterns, tracebacks
-- gathered over lines.
require "string"
require "table"
local patterns = require "patterns"
local table_utils = require "table_utils"
local utils = require "lma_utils"

local msg = { Type = "log", Fields = {} }
local traceback, traceback_key

local function prepare(key, text)
    msg.Logger = "openstack." .. key.service
    msg.Timestamp = key.Timestamp
    msg.Pid = key.Pid
    msg.Severity = utils.label_to_severity_map[key.SeverityLabel] or 7
    msg.Payload = text
    msg.Fields = { severity_label = key.SeverityLabel, python_module = key.PythonModule, programname = key.program }
    utils.inject_tags(msg)
end

local function flush()
    prepare(traceback_key, table.concat(traceback))
    traceback, traceback_key = nil, nil
    return utils.safe_inject_message(msg)
end

local function add_request(text)
    local context = patterns.openstack_request_context:match(text)
    if context then
        msg.Fields.request_id, msg.Fields.user_id, msg.Fields.tenant_id = context.RequestId, context.UserId, context.TenantId
    end
    local http = patterns.openstack_http:match(text)
    if not http then return end
    for name, value in pairs(http) do msg.Fields[name] = value end
    local address = patterns.ip_address:match(text)
    msg.Fields.http_client_ip_address = address and address.ip_address
end

function process_message()
    local log, logger = read_message("Payload"), read_message("Logger")
    local service, program = string.match(logger, "^([^_]+)_(.+)$")
    local found = patterns.openstack:match(log)
    if not service or not found then
        return -1, string.format("Failed to parse %s log: %s", logger, string.sub(log, 1, 64))
    end
    local key = {
        Timestamp = found.Timestamp, Pid = found.Pid, SeverityLabel = found.SeverityLabel, PythonModule = found.PythonModule,
        service = service, program = program,
    }
    if traceback then
        if table_utils.table_equal(traceback_key, key) then
            traceback[#traceback + 1] = found.Message
            return 0
        end
        flush()
    end
    if patterns.traceback:match(found.Message) then
        traceback, traceback_key = { found.Message }, key
        return 0
    end
    prepare(key, found.Message)
    add_request(found.Message)
    return utils.safe_inject_message(msg)
end
