-- An iterator that never ends, and next over a table full of holes.
-- ends: instruction_limit exceeded
local t = {}
for i = 1, 100000 do t[i] = i end
for i = 1, 100000 do t[i] = nil end
function process_message()
    while true do
        next(t)
        for _ in pairs(t) do end
        for _ in function() return 1 end do next(t) end
    end
end
