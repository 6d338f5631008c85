-- Puts the first line of Elasticsearch's bulk API before a payload that is JSON already.
-- Options: index ("heka-%{%Y.%m.%d}"), type_name ("message"), id, es_index_from_timestamp (dates are of the message's
-- time, not now). Each may hold places as msg_interpolate has them.

local string = require "string"
local elasticsearch = require "elasticsearch"
local lma_utils = require "lma_utils"

local index = read_config("index") or "heka-%{%Y.%m.%d}"
local type_name = read_config("type_name") or "message"
local id = read_config("id")
local from_timestamp = read_config("es_index_from_timestamp")

function process_message()
    local ns = from_timestamp and read_message("Timestamp") or nil
    local payload = read_message("Payload")
    local ending = string.sub(payload, -1) == "\n" and "" or "\n"
    local ok, head = pcall(elasticsearch.bulkapi_index_json, index, type_name, id, ns)
    if not ok then return -1, "the names of the index, the type or the document are too large: " .. head end
    return lma_utils.safe_inject_payload("txt", "es", head .. "\n" .. payload .. ending)
end
