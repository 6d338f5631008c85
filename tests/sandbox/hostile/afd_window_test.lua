-- The test of a long window, for ever.
-- ends: instruction_limit exceeded
local afd = require "afd_window"
function process_message()
    local w = afd.new("roc", 6000, 5)
    afd.put({w}, 1e18, 1)
    while true do w:test(1e18, "==", 1) end
end
