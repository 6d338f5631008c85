-- What is called is a table whose metatable calls a table…
-- ends: instruction_limit exceeded|not enough memory
local t = print
for i = 1, 10000 do t = setmetatable({}, { __call = t }) end
function process_message()
    while true do pcall(t) end
end
