-- Back captures of long groups, for each byte.
-- ends: not enough memory|instruction_limit exceeded
require "lpeg" require "string"
local s = string.rep("a", 3000) .. string.rep("b", 20000)
local p = lpeg.Ct(lpeg.Cg(lpeg.C(lpeg.P "a")^0, "g") * ("b" * lpeg.Cb "g")^0)
local q = lpeg.Ct(lpeg.Cg(lpeg.P "a"^0, "g") * ("b" * lpeg.Cmt(lpeg.Cb "g", function(s, i, g) return true, g .. i end))^0)
function process_message()
    pcall(lpeg.match, q, s)
    while true do lpeg.match(p, s) end
end
