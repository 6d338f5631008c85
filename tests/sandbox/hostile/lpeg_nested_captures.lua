-- Captures that copy what is within them, at each level.
-- ends: instruction_limit exceeded|not enough memory|too many pending calls
require "lpeg" require "string"
local p = lpeg.P { lpeg.C("a" * lpeg.V(1)^-1) }
local q = lpeg.P { lpeg.Cs("a" * lpeg.V(1)^-1) }
lpeg.setmaxstack(1000000)
local s = string.rep("a", 20000)
function process_message()
    while true do
        pcall(lpeg.match, lpeg.Ct(p), s)
        lpeg.match(q, s)
    end
end
