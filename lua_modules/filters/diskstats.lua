-- Graphs the disk of messages of type stats.diskstats (decoders/linux_diskstats.lua): "Disk Stats", what its counters
-- grew by in a row, and "Time doing IO". A row is as long as the field TickerInterval says.
-- Options: rows (1440), anomaly_config.

require "circular_buffer"
local string = require "string"
local graph = require "cbuf_graph"

local COUNTERS = { "WritesCompleted", "ReadsCompleted", "SectorsWritten", "SectorsRead", "WritesMerged", "ReadsMerged" }
local TIMES = { "TimeWriting", "TimeReading", "TimeDoingIO", "WeightedTimeDoingIO" }
local MOST_SECONDS = 2 ^ 31 - 1 -- of a row
local STATS_TITLE, TIME_TITLE = "Disk Stats", "Time doing IO"

local rows = read_config("rows") or 1440
local anomaly_config = graph.anomaly_config()

stats, times = nil, nil -- the graphs, made when the length of a row is known
last_values = {}        -- of the counters

local function make(seconds)
    local unit = string.format("per_%d_s", seconds)
    stats = circular_buffer.new(rows, #COUNTERS, seconds)
    for i, name in ipairs(COUNTERS) do stats:set_header(i, name, unit, "none") end
    times = circular_buffer.new(rows, #TIMES, seconds)
    for i, name in ipairs(TIMES) do times:set_header(i, name, "ms", "max") end
end

local function number(name)
    local value = read_message("Fields[" .. name .. "]")
    return type(value) == "number" and value or nil
end

local function read(names)
    local values = {}
    for i, name in ipairs(names) do
        values[i] = number(name)
        if not values[i] then return nil, name end
    end
    return values
end

function process_message()
    local counters, times_now, seconds = nil, nil, number("TickerInterval")
    local missing
    counters, missing = read(COUNTERS)
    if counters then times_now, missing = read(TIMES) end
    if missing then return -1, "the field " .. missing .. " is no number" end
    if not stats then
        if not (seconds and seconds >= 1 and seconds <= MOST_SECONDS) then return -1, "the field TickerInterval is no number of seconds" end
        make(seconds)
    end

    local ns = read_message("Timestamp")
    for i, value in ipairs(counters) do
        local last = last_values[i]
        if last and value >= last then stats:set(ns, i, value - last) end -- less: the counter began anew
        last_values[i] = value
    end
    for i, value in ipairs(times_now) do times:set(ns, i, value) end
    return 0
end

function timer_event(ns)
    if not stats then return end
    graph.inject(ns, STATS_TITLE, stats, anomaly_config)
    graph.inject(ns, TIME_TITLE, times, anomaly_config)
end
