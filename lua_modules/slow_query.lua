-- What the decoders of slow query logs share: decoders/mysql_slow_query.lua and mariadb_slow_query.lua.
--   decoder(type, grammar)   a process_message
-- Option: truncate_sql, the bytes of the statement to keep; a negative number leaves out as many but one at its end.

local string = require "string"
local lma_utils = require "lma_utils"

local read_config, read_message = read_config, read_message

local truncate = read_config("truncate_sql")

local M = {}

function M.decoder(type, grammar)
    return function()
        local msg = grammar:match(read_message("Payload"))
        if not msg then return -1, "the record is no entry of a slow query log" end
        msg.Type = type
        if truncate and #msg.Payload > truncate then
            msg.Payload = string.sub(msg.Payload, 1, truncate) .. "..."
        end
        return lma_utils.safe_inject_message(msg)
    end
end

return M
