-- Puts values of the current message into a text.
--   interpolate_from_msg(value, secs)  -> the text, the number of places
-- A place is %{name}: a header (Type, Hostname, Pid, UUID, Logger, EnvVersion, Severity), else a field's
-- first value, else a pattern of strftime, for the time secs (now by default), else it is left as it is.

local os = require "os"
local string = require "string"

local pcall, read_message, tostring = pcall, read_message, tostring

local headers = {
    Type = "Type", Hostname = "Hostname", Pid = "Pid", UUID = "Uuid", Logger = "Logger", EnvVersion = "EnvVersion",
    Severity = "Severity",
}

local function date(pattern, secs)
    if not string.find(pattern, "%", 1, true) then return nil end
    local ok, text = pcall(os.date, pattern, secs)
    if ok and text ~= pattern then return text end
end

local M = {}

function M.interpolate_from_msg(value, secs)
    return string.gsub(value, "%%{(.-)}", function(name)
        local found = read_message(headers[name] or "Fields[" .. name .. "]")
        if found ~= nil then return tostring(found) end
        return date(name, secs)
    end)
end

return M
