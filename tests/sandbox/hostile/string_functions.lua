-- The functions that pass over a whole text.
-- ends: instruction_limit exceeded|not enough memory
require "string"
local s = string.rep("aB", 1000000)
function process_message()
    while true do
        string.upper(s) string.lower(s) string.reverse(s) string.sub(s, 2)
        string.format("%s", s) string.len(s) tostring(s) tonumber(s) tonumber(s, 36)
    end
end
