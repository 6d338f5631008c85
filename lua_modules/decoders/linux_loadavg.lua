-- Decodes /proc/loadavg. Fields: 1MinAvg, 5MinAvg, 15MinAvg, NumProcesses (running), FilePath.
-- Option: payload_keep.

local string = require "string"
local lma_utils = require "lma_utils"

local payload_keep = read_config("payload_keep")
local msg = { Type = "stats.loadavg", Fields = {} }

function process_message()
    local text = read_message("Payload")
    local one, five, fifteen, running = string.match(text, "^(%d+%.%d+) (%d+%.%d+) (%d+%.%d+) (%d+)/%d+ %d+")
    if not one then return -1 end
    local fields = msg.Fields
    fields["1MinAvg"], fields["5MinAvg"], fields["15MinAvg"] = tonumber(one), tonumber(five), tonumber(fifteen)
    fields.NumProcesses = tonumber(running)
    fields.FilePath = read_message("Fields[FilePath]")
    msg.Payload = payload_keep and text or nil
    return lma_utils.safe_inject_message(msg)
end
