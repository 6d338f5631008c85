-- A table whose metatable looks into the table.
-- ends: instruction_limit exceeded
local t = {}
setmetatable(t, { __index = t, __newindex = t })
function process_message()
    while true do
        pcall(function() return t.x end)
        pcall(function() t.x = 1 end)
    end
end
