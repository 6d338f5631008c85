-- A long chain of metatables, walked for each key.
-- ends: instruction_limit exceeded|not enough memory|loop in gettable
local t = {}
for i = 1, 20000 do t = setmetatable({}, { __index = t }) end
function process_message()
    while true do local _ = t.missing end
end
