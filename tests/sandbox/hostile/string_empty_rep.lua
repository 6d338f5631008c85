-- Nothing, repeated for ever.
-- ends: instruction_limit exceeded
require "string"
function process_message()
    while true do string.rep("", 2 ^ 52) end
end
