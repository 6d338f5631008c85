-- Writes the message of a StatAccumInput as InfluxDB 0.8's JSON: a series for each field but timestamp.

local lma_utils = require "lma_utils"

local BYTES = 1

function process_message()
    local seconds = read_message("Fields[timestamp]")
    if type(seconds) ~= "number" then return -1, "the message has no field timestamp that is a number" end
    local columns, list = { "time", "value" }, {}
    while true do
        local kind, name, value = read_next_field()
        if not kind then break end
        if kind ~= BYTES and name ~= "timestamp" and value == value and value ~= 1 / 0 and value ~= -1 / 0 then
            list[#list + 1] = { name = name, columns = columns, points = { { seconds * 1000, value } } }
        end
    end
    if #list == 0 then return -2 end
    local json = lma_utils.safe_json_encode(list)
    if not json then return -1, "the message is too large" end
    return lma_utils.safe_inject_payload("json", "statmetric_influx", json)
end
