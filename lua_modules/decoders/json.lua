-- Decodes JSON objects: nested keys become fields named by their path.
-- Options: type ("json"), payload_keep, separator ("."), maximum_depth (see util.table_to_fields), and with map_fields
-- the names of the keys that are headers: Payload, Uuid, Type, Logger, Hostname, Severity, EnvVersion, Pid, Timestamp
-- (in ns, or as timestamp_format, a format of strftime, has it). A header whose key has no value of its kind is unset.

local cjson = require "cjson"
local string = require "string"
local dt = require "date_time"
local util = require "util"

local type_name = read_config("type") or "json"
local payload_keep = read_config("payload_keep")
local separator = read_config("separator") or "."
local maximum_depth = read_config("maximum_depth")
local format = read_config("timestamp_format")
local time_grammar = format and dt.build_strftime_grammar(format)

local kinds = {
    Payload = { string = true }, Uuid = { string = true }, Type = { string = true }, Logger = { string = true },
    Hostname = { string = true }, Severity = { number = true }, Pid = { number = true },
    EnvVersion = { number = true, string = true },
}

local mapping, time_key = {}, nil
if read_config("map_fields") then
    for header in pairs(kinds) do mapping[header] = read_config(header) end
    time_key = read_config("Timestamp")
end

-- uuid_bytes is a uuid of the usual text form as 16 bytes; others stay as they are.
local function uuid_bytes(text)
    if not text or #text ~= 36 then return text end
    local bytes = string.gsub(string.gsub(text, "-", ""), "%x%x", function(hex) return string.char(tonumber(hex, 16)) end)
    return bytes
end

local function take_headers(json, msg)
    for header, key in pairs(mapping) do
        local value = json[key]
        msg[header] = nil
        if kinds[header][type(value)] then
            msg[header], json[key] = value, nil
        end
    end
    msg.Uuid = uuid_bytes(msg.Uuid)
end

-- take_time gives false if the time is not of the format.
local function take_time(json, msg)
    local value = json[time_key]
    if value == nil then return true end
    json[time_key] = nil
    if not time_grammar then
        msg.Timestamp = value
        return true
    end
    local time = time_grammar:match(tostring(value))
    msg.Timestamp = time and dt.time_to_ns(time)
    return time ~= nil
end

function process_message()
    local payload = read_message("Payload")
    local ok, json = pcall(cjson.decode, payload)
    if not ok then return -1, "Failed to decode JSON." end
    if type(json) ~= "table" then return -1, "Failed to flatten message." end
    local msg = { Type = type_name, Payload = payload_keep and payload or nil, Fields = {} }
    take_headers(json, msg)
    if time_key and not take_time(json, msg) then return -1, "Failed to decode timestamp." end
    if not pcall(util.table_to_fields, json, msg.Fields, nil, separator, maximum_depth) then
        return -1, "Failed to flatten message."
    end
    if not pcall(inject_message, msg) then return -1, "Failed to inject message." end
    return 0
end
