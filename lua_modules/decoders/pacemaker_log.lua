-- Decodes the log of Pacemaker, which holds lines of syslog, its own (before version 2, and since) and those of
-- resource agents:
--
--   Feb 03 10:11:12 [13545] node-32 pacemakerd: INFO: text
--   Feb 03 10:11:12.345 node-32 pacemaker-based     [13993] (cib_perform_op)   info: text
--   Feb 03 10:11:12  Dummy(vip)[14630]:    ERROR: text
--
-- Fields: programname, severity_label, and function where the line names one.
--
--   syslog_pattern  rsyslog template of the lines of syslog
--   tz              time zone of the log; default UTC

local math = require "math"
local string = require "string"
local syslog = require "syslog"
local lma_record = require "lma_record"
local lma_time = require "lma_time"
local lma_utils = require "lma_utils"

local grammar = syslog.build_rsyslog_grammar(read_config("syslog_pattern") or error("syslog_pattern configuration must be specified"))

local OTHER_WORDS = { EMERG = 0, CRIT = 2, ERR = 3, WARN = 4 }

local function severity_of(word)
    word = string.upper(word)
    return lma_utils.label_to_severity_map[word] or OTHER_WORDS[word] or lma_utils.label_to_severity_map.DEBUG
end

-- parts gives what a line of Pacemaker or of an agent holds behind its date: program, pid, severity, text, and perhaps
-- the function; nil for another line.
local function parts(line, at)
    local pid, program, word, text = string.match(line, "^%s+%[(%d+)%]%s+%S+%s+([%w._-]+):%s+(%a+):%s+(.*)", at)
    if pid then return program, pid, word, text end
    local name, id, func, level, rest =
        string.match(line, "^%s+%S+%s+([%w._-]+)%s*%[(%d+)%]%s+%(([^%s()]+)%)%s+(%a+):%s+(.*)", at)
    if name then return name, id, level, rest, func end
    return string.match(line, "^%s+([%w._-]+%b())%[(%d+)%]:%s+(%a+):%s+(.*)", at)
end

function process_message()
    local line = read_message("Payload")
    local msg = {}
    if lma_utils.parse_syslog_message(grammar, line, msg) then
        msg.Type = "log"
        return lma_utils.safe_inject_message(msg)
    end
    local ns, at = lma_time.syslog(line)
    if not ns then return lma_record.refused() end
    local fraction, behind = string.match(line, "^(%.%d+)()", at)
    local program, pid, word, text, func = parts(line, behind or at)
    if not program then return lma_record.refused() end
    msg = lma_record.log(severity_of(word), program)
    msg.Timestamp = ns + math.floor(tonumber(fraction or 0) * 1e9 + 0.5)
    msg.Pid = tonumber(pid)
    msg.Fields["function"] = func
    msg.Payload = lma_record.chomp(text)
    return lma_utils.safe_inject_message(msg)
end
