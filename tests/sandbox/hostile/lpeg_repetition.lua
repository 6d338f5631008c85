-- Repetitions of repetitions.
-- ends: not enough memory|instruction_limit exceeded|too (big|long|large)
require "lpeg" require "string"
function process_message()
    while true do
        pcall(lpeg.P, 1e9)
        pcall(lpeg.P, -1e9)
        pcall(function() return lpeg.P "ab" ^ 1e9 end)
        pcall(function() return lpeg.P "ab" ^ -1e9 end)
        pcall(function() return (lpeg.P "ab" ^ 10000) ^ 10000 end)
        pcall(function() return ((lpeg.P "ab" + "c") ^ -1000) ^ -1000 end)
        pcall(lpeg.P, string.rep("x", 2000000))
    end
end
