-- Looking up a long text, made anew each time.
-- ends: instruction_limit exceeded|not enough memory
require "string"
local t, part = {}, string.rep("k", 500000)
function process_message()
    local i = 0
    while true do
        i = i + 1
        t[part .. i % 5] = i
    end
end
