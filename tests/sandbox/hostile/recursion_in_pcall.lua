-- Recursion without end, protected, and the errors kept.
-- ends: instruction_limit exceeded|not enough memory
local function f() return 1 + f() end
function process_message()
    local kept = {}
    while true do
        local _, e = pcall(f)
        kept[#kept + 1] = e .. #kept
    end
end
