-- Metamethods that need themselves.
-- ends: instruction_limit exceeded|not enough memory|stack overflow
local m = {}
m.__index = function(t, k) return t[k .. "x"] end
m.__concat = function(a, b) return a .. b end
m.__lt = function(a, b) return a < b end
m.__call = function(f) return 1 + f() end
local t, u = setmetatable({}, m), setmetatable({}, m)
function process_message()
    while true do
        pcall(function() return t.x end)
        pcall(function() return t .. u end)
        pcall(function() return t < u end)
        pcall(t)
    end
end
