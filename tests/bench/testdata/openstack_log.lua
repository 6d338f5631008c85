-- A decoder of OpenStack logs as sites have it: four matches a line (header, request context, HTTP, address), ten
-- fields for a request.

require "string"
local patterns = require "patterns"
local utils = require "lma_utils"

local msg = { Type = "log", Fields = {} }

local function context(fields, text)
    local found = patterns.openstack_request_context:match(text)
    if not found then return end
    fields.request_id, fields.user_id, fields.tenant_id = found.RequestId, found.UserId, found.TenantId
end

local function request(fields, text)
    local found = patterns.openstack_http:match(text)
    if not found then return end
    fields.http_method, fields.http_url = found.http_method, found.http_url
    fields.http_status, fields.http_response_time = found.http_status, found.http_response_time
    local address = patterns.ip_address:match(text)
    if address then fields.http_client_ip_address = address.ip_address end
end

function process_message()
    local log, logger = read_message("Payload"), read_message("Logger")
    local found = patterns.openstack:match(log)
    if not found then return -1, string.format("Failed to parse %s log: %s", logger, string.sub(log, 1, 64)) end

    msg.Timestamp = found.Timestamp
    msg.Logger = "openstack." .. (string.match(logger, "^[^_]+") or logger)
    msg.Pid = found.Pid
    msg.Severity = utils.label_to_severity_map[found.SeverityLabel] or 7
    msg.Payload = found.Message
    msg.Fields = { severity_label = found.SeverityLabel, python_module = found.PythonModule }
    context(msg.Fields, found.Message)
    request(msg.Fields, found.Message)
    utils.inject_tags(msg)
    return utils.safe_inject_message(msg)
end
