-- More captured values than a call may have.
-- ends: instruction_limit exceeded|not enough memory|too many captures
require "lpeg" require "string"
local s = string.rep("a", 1000000)
local p = lpeg.C(1)^0
function process_message()
    while true do
        pcall(lpeg.match, p, s)
        lpeg.match(p / function() end, s)
    end
end
