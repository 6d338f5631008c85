-- A decoder of syslog in the way of a site's own scripts: it needs only what LMA's modules promise.
local syslog = require "syslog"
local string = require "string"
local utils = require "lma_utils"

local msg = { Type = "log", Logger = nil, Fields = {} }

local pattern = read_config("syslog_pattern") or error("syslog_pattern configuration must be specified")
local grammar = syslog.build_rsyslog_grammar(pattern)
local fallback = read_config("fallback_syslog_pattern")
local fallback_grammar = fallback and syslog.build_rsyslog_grammar(fallback)

function process_message()
    local log = read_message("Payload")
    msg.Logger = string.gsub(read_message("Logger"), "%.log$", "")
    if utils.parse_syslog_message(grammar, log, msg) or fallback_grammar and utils.parse_syslog_message(fallback_grammar, log, msg) then
        return utils.safe_inject_message(msg)
    end
    return -1
end
