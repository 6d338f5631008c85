-- Comparing long texts that are equal, or nearly so.
-- ends: instruction_limit exceeded
require "string"
local a, b = string.rep("x", 1000000) .. "1", string.rep("x", 1000000) .. "2"
local c = string.rep("x", 1000000) .. "1"
function process_message()
    while true do
        local _ = a == c, a < b, a <= b
    end
end
