-- Writes a line of Carbon's plain text protocol for each number in the fields.
-- Options: name_prefix, name_prefix_delimiter ("."), skip_fields (blank-separated), source_value_field (the one field to
-- write, under the name name_prefix).

local table = require "table"
local lma_utils = require "lma_utils"
local line_protocol = require "ts_line_protocol"

local config = line_protocol.set_config({
    carbon_format = true, timestamp_precision = "s", name_prefix = read_config("name_prefix"),
    name_prefix_delimiter = read_config("name_prefix_delimiter") or ".", skip_fields_str = read_config("skip_fields"),
    source_value_field = read_config("source_value_field"),
})

function process_message()
    local lines = line_protocol.carbon_line_msg(config)
    if #lines == 0 then return -2 end
    return lma_utils.safe_inject_payload("txt", "carbon_line", table.concat(lines, "\n") .. "\n")
end
