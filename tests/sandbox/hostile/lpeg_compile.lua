-- Large grammars, compiled again and again.
-- ends: instruction_limit exceeded|not enough memory
require "lpeg" require "string"
local rules = { "r1" }
for i = 1, 150 do rules["r" .. i] = "x" * lpeg.V("r" .. i % 150 + 1) + lpeg.S "abc" ^ 3 * "y" end
local long = string.rep("xy", 20000)
function process_message()
    while true do
        lpeg.match(lpeg.P(rules), "x")
        lpeg.match(lpeg.P(long) + lpeg.S(long) * lpeg.R("az", "AZ"), "x")
    end
end
