-- Decodes the query log of BIND's named; see the module bind for the fields.
-- Options: type, tz.

local l = require "lpeg"
local bind = require "bind"
local lma_utils = require "lma_utils"

local grammar = l.Ct(bind.query_log_grammar)
local msg = { Type = read_config("type"), Severity = 6 }

function process_message()
    local line = read_message("Payload")
    local fields = grammar:match(line)
    if not fields then return -1, "Failed to parse the BIND query log line." end
    msg.Timestamp, fields.Timestamp = fields.Timestamp, nil
    msg.Payload = line
    msg.Fields = fields
    return lma_utils.safe_inject_message(msg)
end
