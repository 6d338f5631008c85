-- Decodes the log of libvirtd:
--
--   2016-02-03 10:11:12.126+0000: 4321: warning : text
--
--   tz  time zone of dates without offset; default UTC

local string = require "string"
local lma_record = require "lma_record"
local lma_time = require "lma_time"

local LEVELS = { debug = 7, info = 6, warning = 4, error = 3 }

function process_message()
    local line = read_message("Payload")
    local ns, at, exact = lma_time.parse(line)
    if not ns then return lma_record.refused() end
    local pid, level, text = string.match(line, "^: (%d+): (%l+) : (.*)", at)
    local severity = LEVELS[level]
    if not severity then return lma_record.refused() end
    local msg = lma_record.log(severity, "libvirt")
    msg.Timestamp = ns
    msg.Pid = tonumber(pid)
    msg.Payload = lma_record.chomp(text)
    return lma_record.inject(msg, exact)
end
