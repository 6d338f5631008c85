-- The quadratic way through arguments.
-- ends: instruction_limit exceeded
local list = {}
for i = 1, 7500 do list[i] = i end
local function all(...) for i = 1, select("#", ...) do local _ = select(i, ...) end end
function process_message()
    while true do all(unpack(list)) end
end
