-- A method that is found at the end of a chain of classes.
-- ends: instruction_limit exceeded
local o = { m = function() end }
for i = 1, 98 do o = setmetatable({ a = 1, b = 2, c = 3, d = 4, e = 5, f = 6, g = 7, h = 8, i = 9 }, { __index = o }) end
function process_message()
    local o = o
    while true do o:m() end
end
