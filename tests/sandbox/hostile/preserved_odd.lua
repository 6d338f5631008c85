-- Globals whose keys are no data, cycles, and metatables that loop.
-- preserve: true
-- ends: nothing worked
function process_message()
    a = { [function() end] = 1, [{}] = {} }
    a.a = a
    b = setmetatable({}, { __index = function() while true do end end, __pairs = function() while true do end end })
    _PRESERVATION_VERSION = 1e300
    return -1, "nothing worked"
end
