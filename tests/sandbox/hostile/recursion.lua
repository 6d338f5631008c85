-- Recursion without end.
-- ends: stack overflow
local function f() return 1 + f() end
function process_message()
    return f()
end
