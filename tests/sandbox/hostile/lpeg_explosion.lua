-- A grammar that tries everything.
-- ends: instruction_limit exceeded
require "lpeg" require "string"
local p = lpeg.P { "S", S = lpeg.V "A" * -1 + lpeg.V "B" * -1, A = "a" * lpeg.V "A" * "x" + "a" * lpeg.V "A" * "y" + "a", B = lpeg.V "A" }
local s = string.rep("a", 60)
function process_message()
    pcall(lpeg.match, p, s)
    return lpeg.match(p, s)
end
