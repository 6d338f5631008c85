-- Texts that are numbers of very many digits.
-- ends: instruction_limit exceeded|not enough memory
require "string"
local digits, fraction, hex = string.rep("9", 300000), "0." .. string.rep("0", 300000) .. "1", "0x" .. string.rep("f", 300000)
function process_message()
    while true do
        local _ = digits + 1, fraction + 1, hex + 1, -digits, digits < fraction
        string.format("%d", digits)
        string.rep("x", digits)
    end
end
