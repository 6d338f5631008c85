-- The error that ends the script has a __tostring that never ends.
-- ends: \(null\)
local e = setmetatable({}, { __tostring = function() while true do end end, __index = function() while true do end end })
function process_message()
    error(e)
end
