-- Writes a line of InfluxDB's line protocol for each value of each field.
-- Options: decimal_precision ("6"), name_prefix, name_prefix_delimiter, skip_fields (blank-separated),
-- source_value_field (the one field to write, under the name name_prefix), tag_fields ("**all_base**"; "**all**"),
-- timestamp_precision ("ms"; s, m, h), value_field_key ("value").

local table = require "table"
local lma_utils = require "lma_utils"
local line_protocol = require "ts_line_protocol"

local config = line_protocol.set_config({
    decimal_precision = read_config("decimal_precision"), name_prefix = read_config("name_prefix"),
    name_prefix_delimiter = read_config("name_prefix_delimiter"), skip_fields_str = read_config("skip_fields"),
    source_value_field = read_config("source_value_field"), tag_fields_str = read_config("tag_fields"),
    timestamp_precision = read_config("timestamp_precision"), value_field_key = read_config("value_field_key"),
})

function process_message()
    local lines = line_protocol.influxdb_line_msg(config)
    if #lines == 0 then return -2 end
    return lma_utils.safe_inject_payload("txt", "influx_line", table.concat(lines, "\n") .. "\n")
end
