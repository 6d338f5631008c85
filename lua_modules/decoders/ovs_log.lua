-- Decodes the logs of Open vSwitch:
--
--   2016-02-03T10:11:12.345Z|00012|bridge|WARN|text
--
-- The Logger becomes ovs, the program is the record's Logger, the Pid the number of the line.
--
--   tz  time zone of dates without offset; default UTC

local string = require "string"
local lma_record = require "lma_record"
local lma_time = require "lma_time"

local LEVELS = {
    EMER = 0, EMERG = 0, PANIC = 0, ALERT = 1, CRIT = 2, ERR = 3, ERROR = 3, WARN = 4, WARNING = 4,
    NOTICE = 5, INFO = 6, DBG = 7, DEBUG = 7,
}

function process_message()
    local line = read_message("Payload")
    local ns, at, exact = lma_time.parse(line)
    if not ns then return lma_record.refused() end
    local number, module, level, text = string.match(line, "^|(%d+)|([%w._()-]+)|(%a+)|([^\n]*)", at)
    local severity = level and LEVELS[string.upper(level)]
    if not severity then return lma_record.refused() end
    local msg = lma_record.log(severity, read_message("Logger"))
    msg.Timestamp = ns
    msg.Logger = "ovs"
    msg.Pid = tonumber(number)
    msg.Payload = module .. ": " .. text
    return lma_record.inject(msg, exact)
end
