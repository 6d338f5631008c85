-- The same, protected.
-- ends: instruction_limit exceeded|not enough memory
require "string"
local long = string.rep("x", 1000000)
function process_message()
    while true do
        pcall(add_to_payload, "x")
        pcall(add_to_payload, long)
        pcall(add_to_payload, unpack(setmetatable({}, { __index = function() return 1e300 end }), 1, 5000))
        pcall(inject_payload, long, long, long)
    end
end
