-- Gathers lines of InfluxDB's line protocol, to send many at once: a payload of type "txt", name "influx_line".
-- Options: those of encoders/schema_influx_line.lua, and flush_count ("0": the number of messages; 0: at the timer only).

local table = require "table"
local line_protocol = require "ts_line_protocol"

local flush_count = tonumber(read_config("flush_count") or "0") or error("flush_count must be a number", 0)
local config = line_protocol.set_config({
    decimal_precision = read_config("decimal_precision"), name_prefix = read_config("name_prefix"),
    name_prefix_delimiter = read_config("name_prefix_delimiter"), skip_fields_str = read_config("skip_fields"),
    source_value_field = read_config("source_value_field"), tag_fields_str = read_config("tag_fields"),
    timestamp_precision = read_config("timestamp_precision"), value_field_key = read_config("value_field_key"),
})

local messages = 0 -- since the last flush

local function flush()
    inject_payload("txt", "influx_line")
    messages = 0
end

-- add gathers a text; what is there already is sent when there is no room for both.
local function add(text)
    if pcall(add_to_payload, text) then return true end
    flush()
    return pcall(add_to_payload, text)
end

function process_message()
    local lines = line_protocol.influxdb_line_msg(config)
    if #lines > 0 then
        local ok, why = add(table.concat(lines, "\n") .. "\n")
        if not ok then return -1, why end
    end
    messages = messages + 1
    if flush_count > 0 and messages >= flush_count then flush() end
    return 0
end

function timer_event() flush() end
