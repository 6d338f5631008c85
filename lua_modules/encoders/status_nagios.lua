-- Writes the status of an AFD or a cluster as the form of Nagios' cmd.cgi, for an HttpOutput. NagiosOutput does
-- all of that by itself.
--
--   service_template  name of the service, with %{field} for what a message has; also Type, Hostname, Logger
--   nagios_host       name of the host; default the Hostname of the message
--   truncate_size     bytes of the text; default 3072

local string = require "string"
local table = require "table"
local afd_message = require "afd_message"
local gse_utils = require "gse_utils"
local lma_utils = require "lma_utils"

local template = read_config("service_template") or error("service_template is required!")
local nagios_host = read_config("nagios_host")
local truncate_size = read_config("truncate_size") or 3072

local STATES = {
    [gse_utils.OKAY] = 0, [gse_utils.WARN] = 1, [gse_utils.CRIT] = 2, [gse_utils.DOWN] = 2, [gse_utils.UNKW] = 3,
}
local HEADERS = { Type = true, Hostname = true, Pid = true, Logger = true, EnvVersion = true, Severity = true }

-- service_name gives nil and the name of what the message lacks.
local function service_name()
    local lacks
    local name = string.gsub(template, "%%{(.-)}", function(field)
        local value = read_message(HEADERS[field] and field or "Fields[" .. field .. "]")
        if value == nil then lacks = field end
        return value == nil and "" or tostring(value)
    end)
    if lacks then return nil, lacks end
    return name
end

local ESCAPED = { [" "] = "+" }
for byte = 0, 255 do
    local c = string.char(byte)
    ESCAPED[c] = ESCAPED[c] or string.format("%%%02X", byte)
end

local function escape(text) return (string.gsub(text, "[^%w%-_.~]", ESCAPED)) end

local function text_of(service, status, alarms)
    local lines = afd_message.alarms_for_human(alarms)
    if #lines == 0 then lines[1] = "no details" end
    return lma_utils.truncate(service .. " " .. gse_utils.label(status) .. "\\n" .. table.concat(lines, "\\n"), truncate_size, "\\n")
end

function process_message()
    local service, lacks = service_name()
    if not service then return -1, "Cannot find Fields[" .. lacks .. "], of which the name of the service is made" end
    local status = afd_message.get_status()
    if not status then return -1, "Cannot find the status of " .. service end
    local alarms = afd_message.extract_alarms()
    if not alarms then return -1, "Cannot find the alarms of " .. service end
    return lma_utils.safe_inject_payload("txt", "", "cmd_typ=30&cmd_mod=2&host=" .. escape(nagios_host or read_message("Hostname"))
        .. "&service=" .. escape(service) .. "&plugin_state=" .. STATES[status]
        .. "&plugin_output=" .. escape(text_of(service, status, alarms)) .. "&performance_data=")
end
