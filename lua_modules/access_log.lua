-- What the decoders of web servers' access logs share: decoders/nginx_access.lua and apache_access.lua.
--   decoder(build)   a process_message on the grammar that build makes of the option log_format
-- Options: log_format, type, payload_keep, and for the user agent
--   user_agent_transform     replace http_user_agent by user_agent_browser, _version and _os
--   user_agent_keep          but keep it, too
--   user_agent_conditional   keep it where no browser is recognised

local clf = require "common_log_format"
local lma_utils = require "lma_utils"

local read_config, read_message = read_config, read_message

local transform = read_config("user_agent_transform")
local keep = read_config("user_agent_keep")
local conditional = read_config("user_agent_conditional")

local function transform_user_agent(fields)
    local user_agent = fields.http_user_agent
    if not user_agent then return end
    local browser, version, os = clf.normalize_user_agent(user_agent)
    fields.user_agent_browser, fields.user_agent_version, fields.user_agent_os = browser, version, os
    if not (keep or conditional and not browser) then fields.http_user_agent = nil end
end

local M = {}

function M.decoder(build)
    local log_format = read_config("log_format") or error("the option log_format is missing", 0)
    local grammar = build(log_format)
    local payload_keep = read_config("payload_keep")
    local msg = { Type = read_config("type") }
    return function()
        local line = read_message("Payload")
        local fields = grammar:match(line)
        if not fields then return -1, "the line is not as log_format says" end
        msg.Timestamp, fields.time = fields.time, nil
        if transform then transform_user_agent(fields) end
        msg.Payload = payload_keep and line or nil
        msg.Fields = fields
        return lma_utils.safe_inject_message(msg)
    end
end

return M
