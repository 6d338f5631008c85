-- A handler of errors that recurses.
-- ends: instruction_limit exceeded|not enough memory|stack overflow
local function deep() return 1 + deep() end
deep = function() return 1 + deep() end
function process_message()
    while true do xpcall(deep, deep) end
end
