-- Numbers that become text, many at once.
-- ends: instruction_limit exceeded|not enough memory
require "table"
local t = {}
for i = 1, 50000 do t[i] = i / 7 end
function process_message()
    while true do table.concat(t, ",") end
end
