-- Numbers behind a long text of blanks.
-- ends: instruction_limit exceeded|not enough memory
require "string"
local s = string.rep(" ", 2000000) .. "1"
local digits = string.rep("9", 2000000)
function process_message()
    while true do
        local _ = tonumber(s), s + 1, digits + 1, tonumber(digits, 10), digits * digits
        for i = digits, digits do end
    end
end
