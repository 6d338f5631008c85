-- Coroutines that wait for ever.
-- kind: machine
-- ends: not enough memory
local kept = {}
while true do
    local co = coroutine.create(function(...) local a, b, c = ... coroutine.yield(a, b, c) end)
    coroutine.resume(co, {}, {}, {})
    kept[#kept + 1] = co
end
