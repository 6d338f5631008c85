-- All bytes of long texts at once, and back.
-- ends: instruction_limit exceeded|not enough memory|stack overflow
require "string"
local s, small = string.rep("x", 5000000), string.rep("y", 7000)
function process_message()
    while true do
        pcall(string.byte, s, 1, -1)
        pcall(function() return { string.byte(s, 1, 900000) } end)
        pcall(function() return string.char(string.byte(small, 1, -1)) end)
    end
end
