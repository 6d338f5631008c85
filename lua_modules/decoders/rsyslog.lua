-- Decodes the lines that rsyslog writes by a template. Properties that are no headers become fields,
-- structured data as structured-data.id and structured-data._<name>.
-- Options: template (needed), type, hostname_keep (hostname and source stay fields), tz.

local lma_utils = require "lma_utils"
local syslog = require "syslog"

local template = read_config("template") or error("the option template is missing", 0)
local grammar = syslog.build_rsyslog_grammar(template)
local hostname_keep = read_config("hostname_keep")
local msg = { Type = read_config("type") }

local SEVERITIES = { "syslogseverity", "syslogseverity-text", "syslogpriority", "syslogpriority-text" }

local function take_severity(fields)
    msg.Severity = nil
    if fields.pri then
        msg.Severity, fields.syslogfacility, fields.pri = fields.pri.severity, fields.pri.facility, nil
        return
    end
    for _, name in ipairs(SEVERITIES) do
        msg.Severity = msg.Severity or fields[name]
        fields[name] = nil
    end
end

local function take_tag(fields)
    local tag = fields.syslogtag
    msg.Pid = nil
    if tag then fields.programname, msg.Pid, fields.syslogtag = tag.programname, tag.pid, nil end
end

local function take_hostname(fields)
    msg.Hostname = fields.hostname or fields.source
    if not hostname_keep then
        fields.hostname, fields.source = nil, nil
    else
        msg.Hostname = nil
    end
end

local function spread_structured_data(fields)
    local data = fields["structured-data"]
    if not data then return end
    fields["structured-data"] = nil
    for name, value in pairs(data) do fields["structured-data." .. name] = value end
end

function process_message()
    local fields = grammar:match(read_message("Payload"))
    if not fields then return -1, "the line is not as template says" end
    msg.Timestamp, fields.timestamp = fields.timestamp, nil
    msg.Payload, fields.msg = fields.msg, nil
    take_severity(fields)
    take_tag(fields)
    take_hostname(fields)
    spread_structured_data(fields)
    msg.Fields = fields
    return lma_utils.safe_inject_message(msg)
end
