-- Decodes /sys/block/<device>/stat. Fields: its eleven counters, FilePath and TickerInterval. What newer kernels
-- count further is left out.
-- Option: payload_keep.

local string = require "string"

local COUNTERS = {
    "ReadsCompleted", "ReadsMerged", "SectorsRead", "TimeReading", "WritesCompleted", "WritesMerged", "SectorsWritten",
    "TimeWriting", "NumIOInProgress", "TimeDoingIO", "WeightedTimeDoingIO",
}

local function parse(text)
    if not string.find(text, "^[%d \t]+\n$") then return nil end
    local fields, n = {}, 0
    for digits in string.gmatch(text, "%d+") do
        n = n + 1
        if COUNTERS[n] then fields[COUNTERS[n]] = tonumber(digits) end
    end
    if n < #COUNTERS then return nil end
    fields.TickerInterval = read_message("Fields[TickerInterval]")
    return fields
end

process_message = require("proc_file").decoder("stats.diskstats", "the record is no /sys/block/<device>/stat", parse)
