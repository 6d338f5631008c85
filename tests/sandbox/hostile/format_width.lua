-- Widths and precisions that are made up, and many long arguments.
-- ends: not enough memory|instruction_limit exceeded
require "string"
local long = string.rep("x", 1000000)
function process_message()
    while true do
        pcall(string.format, "%999999999d", 1)
        pcall(string.format, "%.999999999f", 1)
        pcall(string.format, "%99.99f", 1e308)
        pcall(string.format, string.rep("%s", 200), unpack(setmetatable({}, { __index = function() return long end }), 1, 200))
        pcall(string.format, "%s%s%s%s%s%s%s%s%s", long, long, long, long, long, long, long, long, long)
        pcall(string.format, "%q", long)
    end
end
