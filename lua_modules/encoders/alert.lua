-- Writes an alert as text.

local os = require "os"
local string = require "string"
local lma_utils = require "lma_utils"

function process_message()
    local time = os.date("%FT%TZ", read_message("Timestamp") / 1e9)
    return lma_utils.safe_inject_payload("txt", "alert", string.format("Timestamp: %s\nHostname: %s\nPlugin: %s\nAlert: %s\n",
        time, read_message("Hostname"), read_message("Logger"), read_message("Payload")))
end
