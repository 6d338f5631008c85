-- Much that lives, and long texts that make the interpreter look at it.
-- ends: instruction_limit exceeded
require "string"
function process_message()
    local t = {}
    for i = 1, 70000 do t["x" .. i] = true end
    local s = string.rep("x", 300000)
    while true do local x = s .. s end
end
