-- pcall within pcall.
-- ends: instruction_limit exceeded|not enough memory
local function f() return pcall(f) end
function process_message()
    while true do f() end
end
