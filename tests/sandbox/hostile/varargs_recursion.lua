-- Each call passes one value more.
-- ends: instruction_limit exceeded|not enough memory|stack overflow
local function f(...) return 1 + f(1, 2, 3, 4, ...) end
function process_message()
    while true do pcall(f) end
end
