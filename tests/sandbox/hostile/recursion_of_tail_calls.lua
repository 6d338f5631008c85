-- A tail call of itself.
-- ends: instruction_limit exceeded
local function f(n) return f(n + 1) end
function process_message()
    return f(0)
end
