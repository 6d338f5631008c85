-- Sorting texts that differ at their end only.
-- ends: instruction_limit exceeded
require "string" require "table"
local t, long = {}, string.rep("x", 30000)
for i = 1, 200 do t[i] = long .. i end
function process_message()
    while true do table.sort(t, function(a, b) return a > b end) table.sort(t) end
end
