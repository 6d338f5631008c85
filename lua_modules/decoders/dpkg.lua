-- Decodes dpkg.log: which packages were installed, upgraded and removed.
--
--   2026-11-20 09:04:01 status installed collectd-core:amd64 5.12.0-14
--
-- The log gives local time and no severity: its messages are INFO.

local os = require "os"
local string = require "string"
local lma_utils = require "lma_utils"

local FORM = "^(%d%d%d%d)%-(%d%d)%-(%d%d) (%d%d):(%d%d):(%d%d) (%l.-)\n?$"

local msg = {
    Type = "log", Logger = "system.dpkg", Severity = 6,
    Fields = { programname = "dpkg", severity_label = "INFO" },
}
lma_utils.inject_tags(msg)

function process_message()
    local year, month, day, hour, min, sec, text = string.match(read_message("Payload"), FORM)
    if not year then return -1, "expected `YYYY-MM-DD hh:mm:ss text`, as dpkg writes it" end
    local at = os.time({ year = year, month = month, day = day, hour = hour, min = min, sec = sec })
    if not at then return -1, "there is no such time" end
    msg.Timestamp = at * 1e9
    msg.Payload = text
    msg.Fields.action = string.match(text, "^%l+")
    inject_message(msg)
    return 0
end
