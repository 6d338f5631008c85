-- Comparisons without an order, over many elements, protected.
-- ends: instruction_limit exceeded
require "table"
local t = {}
for i = 1, 50000 do t[i] = i * 7919 % 50021 end
function process_message()
    while true do
        pcall(table.sort, t, function() return true end)
        pcall(table.sort, t, function(a, b) return (a + b) % 2 == 0 end)
        pcall(table.sort, t)
    end
end
