-- Match-time captures that match within matches, loop, and lie.
-- ends: instruction_limit exceeded|not enough memory|overflow
require "lpeg" require "string"
local p
p = lpeg.Cmt(lpeg.P(true), function(s, i) lpeg.match(p, s, i) return i end)
local lies = lpeg.Cmt(1, function(s, i) return 2 ^ 53 end)
local spins = lpeg.Cmt(1, function() while true do end end)
function process_message()
    pcall(lpeg.match, p, "aaa")
    pcall(lpeg.match, lies, "aaa")
    pcall(lpeg.match, lies^1, "aaa", -2 ^ 53)
    while true do pcall(lpeg.match, spins, "aaa") end
end
