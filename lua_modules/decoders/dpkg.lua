-- Decodes dpkg.log: which packages were installed, upgraded and removed.
--
--   2026-11-20 09:04:01 status installed collectd-core:amd64 5.12.0-14
--
-- The log gives local time and no severity: its messages are INFO.

local os = require "os"
local string = require "string"
local lma_time = require "lma_time"
local lma_utils = require "lma_utils"

local FORM = "^(%d%d%d%d)%-(%d%d)%-(%d%d) (%d%d):(%d%d):(%d%d) (%l.-)\r?\n?$"

local msg = {
    Type = "log", Logger = "system.dpkg", Severity = 6,
    Fields = { programname = "dpkg", severity_label = "INFO" },
}
lma_utils.inject_tags(msg)

function process_message()
    local line = read_message("Payload")
    local year, month, day, hour, min, sec, text = string.match(line, FORM)
    if not year or not lma_time.parse(line) then return -1, "expected `YYYY-MM-DD hh:mm:ss text`, as dpkg writes it" end
    local at = os.time({ year = year, month = month, day = day, hour = hour, min = min, sec = sec })
    msg.Timestamp = at and at * 1e9
    msg.Payload = text
    msg.Fields.action = string.match(text, "^%l+")
    return lma_utils.safe_inject_message(msg)
end
