-- Searching plain text that is nearly there everywhere.
-- ends: instruction_limit exceeded
require "string"
local s, what = string.rep("a", 1000000), string.rep("a", 500000) .. "b"
function process_message()
    while true do string.find(s, what, 1, true) string.find(s, what) end
end
