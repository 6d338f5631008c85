-- Texts as numbers, many in a call.
-- ends: instruction_limit exceeded
require "string" require "math"
function process_message()
    local t = {}
    for i = 1, 100 do t[i] = "1e1" end
    local f, g = string.char, math.max
    while true do
        f(unpack(t))
        g(unpack(t))
    end
end
