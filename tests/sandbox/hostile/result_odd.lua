-- Results that are none.
-- ends: must return a (numeric|nil or string)
function process_message()
    return 0, setmetatable({}, { __tostring = function() while true do end end })
end
