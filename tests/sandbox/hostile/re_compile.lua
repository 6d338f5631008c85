-- Patterns of re, compiled again and again.
-- ends: instruction_limit exceeded|not enough memory
require "re" require "string"
local long = string.rep("'a' / [a-z] {:x: 'b' :} -> {} ", 300) .. "/ 'c'"
function process_message()
    while true do re.compile(long) end
end
