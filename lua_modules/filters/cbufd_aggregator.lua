-- Adds up the changes of circular buffers ("cbufd", Fields[payload_name]) that other hosts send: a graph for each name.
-- Columns that are summed are added, of min and max ones the extreme is kept, others stay empty.
-- Options: enable_delta (sends the changes on, too), anomaly_config, preservation_version (0).

_PRESERVATION_VERSION = read_config("preservation_version") or 0

require "circular_buffer"
local graph = require "cbuf_graph"
local source = require "cbufd_source"

local enable_delta = read_config("enable_delta") or false
local anomaly_config = graph.anomaly_config()

graphs = {} -- by name: {header, cbuf}

local function make(header)
    local cbuf = circular_buffer.new(header.rows, header.columns, header.seconds_per_row, enable_delta)
    for i, column in ipairs(header.column_info) do cbuf:set_header(i, column.name, column.unit, column.aggregation) end
    return { header = header, cbuf = cbuf }
end

function process_message()
    local entry, rows = source.take(graphs, make)
    if not entry then return -1, rows end
    for _, row in ipairs(rows) do
        for i, column in ipairs(entry.header.column_info) do source.merge(entry.cbuf, i, column, row, i) end
    end
    return 0
end

function timer_event(ns)
    for name, entry in pairs(graphs) do
        graph.inject(ns, name, entry.cbuf:format("cbuf"), anomaly_config)
        if enable_delta then inject_payload("cbufd", name, entry.cbuf:format("cbufd")) end
    end
end
