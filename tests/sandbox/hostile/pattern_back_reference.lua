-- Back references of long captures.
-- ends: instruction_limit exceeded
require "string"
local s = string.rep("a", 20000)
function process_message()
    while true do string.find(s, "(a*)%1%1%1b") end
end
