-- Graphs the averages of slow queries (decoders/mysql_slow_query.lua), and how many they were.
-- Options: sec_per_row (60), rows (1440), anomaly_config, preservation_version.

_PRESERVATION_VERSION = read_config("preservation_version") or 0

require "circular_buffer"
local graph = require "cbuf_graph"

local TITLE = "Statistics"
local FIELDS = { "Query_time", "Lock_time", "Rows_examined", "Rows_sent" }
local COUNT = #FIELDS + 1

local rows, sec_per_row = read_config("rows") or 1440, read_config("sec_per_row") or 60
local anomaly_config = graph.anomaly_config()

sums = circular_buffer.new(rows, COUNT, sec_per_row)
cbuf = circular_buffer.new(rows, COUNT, sec_per_row)
cbuf:set_header(1, "Query Time", "s", "none")
cbuf:set_header(2, "Lock Time", "s", "none")
cbuf:set_header(3, "Rows Examined", "count", "none")
cbuf:set_header(4, "Rows Sent", "count", "none")
cbuf:set_header(COUNT, "Count")

function process_message()
    local ns = read_message("Timestamp")
    local values = {}
    for i, name in ipairs(FIELDS) do
        values[i] = tonumber(read_message("Fields[" .. name .. "]"))
        if not values[i] then return -1, "the field " .. name .. " is no number" end
    end
    local count = sums:add(ns, COUNT, 1)
    if not count then return 0 end -- older than the graph
    for i, value in ipairs(values) do cbuf:set(ns, i, sums:add(ns, i, value) / count) end
    cbuf:add(ns, COUNT, 1)
    return 0
end

function timer_event(ns) graph.inject(ns, TITLE, cbuf, anomaly_config) end
