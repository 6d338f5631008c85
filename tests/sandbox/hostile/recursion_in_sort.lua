-- Sorting within a comparison, gsub within a replacement.
-- ends: instruction_limit exceeded|not enough memory|stack overflow
require "string" require "table"
local function f() table.sort({ 2, 1 }, f) end
local function g() return (string.gsub("x", "x", g)) end
function process_message()
    while true do pcall(f) pcall(g) end
end
