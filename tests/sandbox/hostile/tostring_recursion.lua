-- A __tostring that asks for itself.
-- ends: instruction_limit exceeded|not enough memory|stack overflow
local t = setmetatable({}, {})
getmetatable(t).__tostring = function() return tostring(t) end
function process_message()
    while true do pcall(tostring, t) end
end
