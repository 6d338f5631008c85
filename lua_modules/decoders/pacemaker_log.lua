-- Decodes the log of Pacemaker, which holds lines of syslog and its own:
--
--   Feb 03 10:11:12 [13545] node-32 pacemakerd: INFO: text
--
--   syslog_pattern  rsyslog template of the lines of syslog
--   tz              time zone of the log; default UTC

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

function process_message()
    local line = read_message("Payload")
    local msg = {}
    if lma_utils.parse_syslog_message(grammar, line, msg) then
        msg.Type = "log"
        return lma_utils.safe_inject_message(msg)
    end
    local ns, at = lma_time.syslog(line)
    if not ns then return lma_record.refused() end
    local pid, program, word, text = string.match(line, "^%s+%[(%d+)%]%s+%S+%s+([%w._-]+):%s+(%a+):%s+(.*)", at)
    if not pid then return lma_record.refused() end
    msg = lma_record.log(severity_of(word), program)
    msg.Timestamp = ns
    msg.Pid = tonumber(pid)
    msg.Payload = lma_record.chomp(text)
    return lma_utils.safe_inject_message(msg)
end
