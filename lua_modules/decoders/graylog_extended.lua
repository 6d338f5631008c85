-- Decodes Graylog's extended log format (GELF, uncompressed JSON). Keys that are no headers become fields.
-- Options: type, payload_keep.

local cjson = require "cjson"

local type_name = read_config("type")
local payload_keep = read_config("payload_keep")

-- The headers and their keys; the timestamp is in seconds.
local HEADERS = { EnvVersion = "version", Severity = "level", Hostname = "host" }

function process_message()
    local payload = read_message("Payload")
    local ok, fields = pcall(cjson.decode, payload)
    if not ok or type(fields) ~= "table" or type(fields.timestamp) ~= "number" then return -1 end
    local msg = { Type = type_name, Timestamp = fields.timestamp * 1e9, Payload = payload_keep and payload or nil, Fields = fields }
    fields.timestamp = nil
    for header, key in pairs(HEADERS) do msg[header], fields[key] = fields[key], nil end
    if not pcall(inject_message, msg) then return -1 end
    return 0
end
