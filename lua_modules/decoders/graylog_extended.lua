-- Decodes Graylog's extended log format (GELF, uncompressed JSON). Keys that are no headers become fields.
-- Options: type, payload_keep.

local cjson = require "cjson"
local lma_utils = require "lma_utils"

local type_name = read_config("type")
local payload_keep = read_config("payload_keep")

-- The headers and their keys; the timestamp is in seconds.
local HEADERS = { EnvVersion = "version", Severity = "level", Hostname = "host" }

function process_message()
    local payload = read_message("Payload")
    local ok, fields = pcall(cjson.decode, payload)
    if not ok or type(fields) ~= "table" then return -1, "the record is no JSON object" end
    if type(fields.timestamp) ~= "number" then return -1, "the record has no timestamp that is a number" end
    local msg = { Type = type_name, Timestamp = fields.timestamp * 1e9, Payload = payload_keep and payload or nil, Fields = fields }
    fields.timestamp = nil
    for header, key in pairs(HEADERS) do msg[header], fields[key] = fields[key], nil end
    return lma_utils.safe_inject_message(msg)
end
