-- Comparisons of tables and texts by metamethods and sort.
-- ends: instruction_limit exceeded|not enough memory
require "string" require "table"
local a, b = string.rep("x", 100000) .. "a", string.rep("x", 100000) .. "b"
local t = {}
for i = 1, 1000 do t[i] = i % 2 == 0 and a or b end
function process_message()
    while true do
        table.sort(t)
        table.sort(t, function(x, y) return x < y end)
        for i = 1, 999 do local _ = t[i] == t[i + 1] end
    end
end
