-- Small buffers, and rows of many columns.
-- ends: instruction_limit exceeded
require "circular_buffer" require "string"
function process_message()
    local new, s = circular_buffer.new, "1 1" .. string.rep(" 1", 510)
    local wide, small, long = new(2, 1000, 1, true), new(255, 2, 1), new(127, 1, 1)
    local ns = 0
    while true do
        ns = ns + 1e9
        wide:add(ns, 1, 1)
        small:fromstring(s)
        long:get_range(1)
        new(900, 1, 1)
    end
end
