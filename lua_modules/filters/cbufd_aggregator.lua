-- Adds up the changes of circular buffers ("cbufd", Fields[payload_name]) that other hosts send: a graph for each name.
-- Columns that are summed are added, of min and max ones the extreme is kept, others stay empty.
-- Options: enable_delta (sends the changes on, too), anomaly_config, preservation_version (0).

_PRESERVATION_VERSION = read_config("preservation_version") or 0

require "circular_buffer"
local cbufd = require "cbufd"
local cjson = require "cjson"
local graph = require "cbuf_graph"

local enable_delta = read_config("enable_delta") or false
local anomaly_config = graph.anomaly_config()

graphs = {} -- by name: {header, cbuf}

local function make(header)
    local cbuf = circular_buffer.new(header.rows, header.columns, header.seconds_per_row, enable_delta)
    for i, column in ipairs(header.column_info) do cbuf:set_header(i, column.name, column.unit, column.aggregation) end
    return { header = header, cbuf = cbuf }
end

local function merge(entry, row)
    for i, column in ipairs(entry.header.column_info) do
        local value = row[i]
        if value and value == value then
            if column.aggregation == "sum" then
                entry.cbuf:add(row.time, i, value)
            elseif column.aggregation == "min" or column.aggregation == "max" then
                entry.cbuf:set(row.time, i, value)
            end
        end
    end
end

function process_message()
    local rows = cbufd.grammar:match(read_message("Payload"))
    local name = read_message("Fields[payload_name]")
    if not rows or not name then return -1, "the payload is no cbufd with a name" end
    local entry = graphs[name]
    if not entry then
        local ok, header = pcall(cjson.decode, rows.header)
        if ok then ok, entry = pcall(make, header) end
        if not ok then return -1, "the header of the cbufd is not valid" end
        graphs[name] = entry
    end
    for _, row in ipairs(rows) do merge(entry, row) end
    return 0
end

function timer_event(ns)
    for name, entry in pairs(graphs) do
        graph.inject(ns, name, entry.cbuf:format("cbuf"), anomaly_config)
        if enable_delta then inject_payload("cbufd", name, entry.cbuf:format("cbufd")) end
    end
end
