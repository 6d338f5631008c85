-- A fold that doubles its text.
-- ends: not enough memory
require "lpeg" require "string"
local p = lpeg.Cf(lpeg.C(1)^1, function(a, b) return a .. a end)
local s = string.rep("a", 10000)
function process_message()
    while true do pcall(lpeg.match, p, s) end
end
