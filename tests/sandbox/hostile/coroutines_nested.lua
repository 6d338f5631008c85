-- Each coroutine starts the next.
-- kind: machine
-- ends: instruction_limit exceeded|not enough memory
local function start() return coroutine.wrap(start)() end
start = function() return coroutine.wrap(start)() end
while true do pcall(start) end
