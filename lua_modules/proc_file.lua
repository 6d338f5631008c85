-- What decoders of the kernel's files share: decoders/linux_loadavg.lua and others.
--   decoder(type, reason, parse)   a process_message: parse makes the fields of a text, or gives nil for another text, which
--                                  is refused with the reason
-- The field FilePath is copied. Option: payload_keep.

local lma_utils = require "lma_utils"

local read_config, read_message = read_config, read_message

local M = {}

function M.decoder(type, reason, parse)
    local payload_keep = read_config("payload_keep")
    local msg = { Type = type }
    return function()
        local text = read_message("Payload")
        local fields = parse(text)
        if not fields then return -1, reason end
        fields.FilePath = read_message("Fields[FilePath]")
        msg.Fields = fields
        msg.Payload = payload_keep and text or nil
        return lma_utils.safe_inject_message(msg)
    end
end

return M
