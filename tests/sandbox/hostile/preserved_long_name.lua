-- Data whose preserved form would repeat a long name for each of many columns.
-- preserve: true
-- ends: take more than 33554432 bytes
require "circular_buffer" require "string"
function process_message()
    _G[string.rep("k", 1000000)] = circular_buffer.new(2, 30000, 1)
    return -1, "nothing worked"
end
