-- Constructors and calls of thousands of values.
-- ends: not enough memory|instruction_limit exceeded
local list = {}
for i = 1, 7000 do list[i] = i end
function process_message()
    local kept = {}
    local function pass(...) return { ... }, { ... }, select("#", ...) end
    while true do kept[#kept + 1] = { pass(unpack(list)) } end
end
