-- The first element of a long array, taken away.
-- ends: instruction_limit exceeded
require "table"
local t = {}
for i = 1, 100000 do t[i] = i end
function process_message()
    while true do
        table.remove(t, 1)
        table.insert(t, 1, 1)
        table.maxn(t)
        table.getn(t)
    end
end
