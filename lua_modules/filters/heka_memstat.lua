-- Graphs the heap of hekad's messages of type heka.memstat.
-- Options: rows (1440), sec_per_row (60), anomaly_config, preservation_version.

_PRESERVATION_VERSION = read_config("preservation_version") or 0

require "circular_buffer"
local graph = require "cbuf_graph"

local TITLE = "Stats"
local COLUMNS = { "HeapSys", "HeapAlloc", "HeapIdle", "HeapInuse", "HeapReleased", "HeapObjects" }

local anomaly_config = graph.anomaly_config()

cbuf = circular_buffer.new(read_config("rows") or 1440, #COLUMNS, read_config("sec_per_row") or 60)
for i, name in ipairs(COLUMNS) do cbuf:set_header(i, name, name == "HeapObjects" and "count" or "B", "max") end

function process_message()
    local ns = read_message("Timestamp")
    for i, name in ipairs(COLUMNS) do
        local value = read_message("Fields[" .. name .. "]")
        if type(value) == "number" then cbuf:set(ns, i, value) end
    end
    return 0
end

function timer_event(ns) graph.inject(ns, TITLE, cbuf, anomaly_config) end
