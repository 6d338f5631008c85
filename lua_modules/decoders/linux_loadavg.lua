-- Decodes /proc/loadavg. Fields: 1MinAvg, 5MinAvg, 15MinAvg, NumProcesses (running), FilePath.
-- Option: payload_keep.

local string = require "string"

local function parse(text)
    local one, five, fifteen, running = string.match(text, "^(%d+%.%d+) (%d+%.%d+) (%d+%.%d+) (%d+)/%d+ %d+")
    if not one then return nil end
    return {
        ["1MinAvg"] = tonumber(one), ["5MinAvg"] = tonumber(five), ["15MinAvg"] = tonumber(fifteen), NumProcesses = tonumber(running),
    }
end

process_message = require("proc_file").decoder("stats.loadavg", "the record is no /proc/loadavg", parse)
