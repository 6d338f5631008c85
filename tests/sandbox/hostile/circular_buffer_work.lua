-- Much work over a large buffer, and times that are made up.
-- ends: instruction_limit exceeded|not enough memory
require "circular_buffer"
local b = circular_buffer.new(50000, 4, 1, true)
function process_message()
    local t = 0
    while true do
        t = t + 1e18
        pcall(b.add, b, t, 1, 1)
        pcall(b.add, b, 1e300, 1, 1)
        pcall(b.add, b, -1e300, 1, 1)
        pcall(b.add, b, 0 / 0, 1, 1)
        b:compute("sd", 1)
        pcall(b.mannwhitneyu, b, 1, t - 4e13, t - 3e13, t - 2e13, t)
        pcall(b.get_range, b, 1)
        pcall(b.fromstring, b, "1 1 1 1 1")
        pcall(inject_payload, "cbuf", "x", b)
        b:format("cbufd")
    end
end
