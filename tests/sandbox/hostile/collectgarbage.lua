-- A collection again and again, with much to walk over.
-- kind: machine
-- ends: instruction_limit exceeded
local t = {}
for i = 1, 10000 do t[i] = {} end
while true do collectgarbage() collectgarbage("count") collectgarbage("step") end
