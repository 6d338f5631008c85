-- Keeps in a file what the last message said, for instance the seconds of the watchdog.
--
--   path   the file
--   field  what is written: Payload, another header, or Fields[name]; default Payload

local io = require "io"

local path = read_config("path") or error("path must be specified")
local field = read_config("field") or "Payload"

function process_message()
    local value = read_message(field)
    if value == nil then return -1, field .. " is missing" end
    local file, err = io.open(path, "w")
    if not file then return -1, err end
    local written, reason = file:write(tostring(value))
    local closed, why = file:close()
    if not written or not closed then return -1, path .. ": " .. tostring(reason or why) end
    return 0
end

function timer_event() end
