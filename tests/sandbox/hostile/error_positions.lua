-- Errors that name what failed, deep in the stack.
-- ends: instruction_limit exceeded|not enough memory
local function deep(n)
    if n == 0 then return nil + 1 end
    return 1 + deep(n - 1)
end
function process_message()
    while true do
        pcall(deep, 150)
        pcall(function() local t = {} t.x.y.z = 1 end)
        pcall(error, {}, 100)
        pcall(error, "x", 1e9)
        pcall(string and string.rep or type)
    end
end
