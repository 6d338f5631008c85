-- A grammar that recurses as deep as the text is long.
-- ends: instruction_limit exceeded|not enough memory|too many pending calls
require "lpeg" require "string"
lpeg.setmaxstack(2 ^ 30)
local p = lpeg.P { "(" * lpeg.V(1) * ")" + "x" }
local s = string.rep("(", 1000000)
function process_message()
    while true do lpeg.match(p, s) end
end
