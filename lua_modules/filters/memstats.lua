-- Graphs the memory of messages of type stats.memstats (decoders/linux_memstats.lua).
-- Options: sec_per_row (60), rows (1440), anomaly_config, preservation_version.

_PRESERVATION_VERSION = read_config("preservation_version") or 0

require "circular_buffer"
local graph = require "cbuf_graph"

local TITLE = "Memory Stats"
local COLUMNS = { "MemFree", "Cached", "Active", "Inactive", "VmallocUsed", "Shmem", "SwapCached", "SwapFree", "SwapUsed" }

local anomaly_config = graph.anomaly_config()

cbuf = circular_buffer.new(read_config("rows") or 1440, #COLUMNS, read_config("sec_per_row") or 60)
for i, name in ipairs(COLUMNS) do cbuf:set_header(i, name, "Count", "max") end

local function number(name)
    local value = read_message("Fields[" .. name .. "]")
    return type(value) == "number" and value or nil
end

local function swap_used()
    local total, free = number("SwapTotal"), number("SwapFree")
    return total and free and total - free
end

function process_message()
    local ns = read_message("Timestamp")
    for i, name in ipairs(COLUMNS) do
        local value = name == "SwapUsed" and swap_used() or number(name)
        if not value then return -1, "the field " .. name .. " is no number" end
        cbuf:set(ns, i, value)
    end
    return 0
end

function timer_event(ns) graph.inject(ns, TITLE, cbuf, anomaly_config) end
