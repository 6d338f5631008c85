-- Decodes nginx's error log. Fields: tid, connection.
-- Options: type ("nginx.error"), payload_keep (the whole line, not the text alone), tz.

local grammar = require("common_log_format").nginx_error_grammar
local lma_utils = require "lma_utils"

local type_name = read_config("type") or "nginx.error"
local payload_keep = read_config("payload_keep")

function process_message()
    local line = read_message("Payload")
    local msg = grammar:match(line)
    if not msg then return -1, "the line is none of nginx's error log" end
    msg.Type = type_name
    if payload_keep then msg.Payload = line end
    return lma_utils.safe_inject_message(msg)
end
