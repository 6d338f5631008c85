-- Two coroutines wake each other.
-- kind: machine
-- ends: instruction_limit exceeded
local function yields() while true do coroutine.yield() end end
local a, b = coroutine.wrap(yields), coroutine.wrap(yields)
while true do a() b() end
