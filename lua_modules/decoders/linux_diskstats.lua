-- Decodes /sys/block/<device>/stat. Fields: its eleven counters, FilePath and TickerInterval. What newer kernels
-- count further is left out.
-- Option: payload_keep.

local string = require "string"
local lma_utils = require "lma_utils"

local payload_keep = read_config("payload_keep")
local msg = { Type = "stats.diskstats" }

local COUNTERS = {
    "ReadsCompleted", "ReadsMerged", "SectorsRead", "TimeReading", "WritesCompleted", "WritesMerged", "SectorsWritten",
    "TimeWriting", "NumIOInProgress", "TimeDoingIO", "WeightedTimeDoingIO",
}

function process_message()
    local text = read_message("Payload")
    if not string.find(text, "^[%d \t]+\n$") then return -1 end
    local fields, n = {}, 0
    for digits in string.gmatch(text, "%d+") do
        n = n + 1
        if COUNTERS[n] then fields[COUNTERS[n]] = tonumber(digits) end
    end
    if n < #COUNTERS then return -1 end
    fields.FilePath = read_message("Fields[FilePath]")
    fields.TickerInterval = read_message("Fields[TickerInterval]")
    msg.Fields = fields
    msg.Payload = payload_keep and text or nil
    return lma_utils.safe_inject_message(msg)
end
