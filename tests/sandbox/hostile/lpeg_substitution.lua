-- A substitution whose parts are long.
-- ends: not enough memory
require "lpeg" require "string"
local long = string.rep("x", 100000)
local p = lpeg.Cs((lpeg.P "a" / long)^0)
local q = lpeg.Cs((lpeg.P "a" / function() return long end)^0)
local r = (lpeg.C "a")^0 / (string.rep("%0", 1000) .. long)
local s = string.rep("a", 100000)
function process_message()
    while true do
        pcall(lpeg.match, p, s) pcall(lpeg.match, q, s) pcall(lpeg.match, r, s)
    end
end
