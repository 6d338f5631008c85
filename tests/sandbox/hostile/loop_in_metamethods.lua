-- Each metamethod loops; each is protected.
-- ends: instruction_limit exceeded
local function spin() while true do end end
local m = {}
for _, event in ipairs { "add", "concat", "eq", "lt", "le", "index", "newindex", "call", "unm", "tostring" } do m["__" .. event] = spin end
local a, b = setmetatable({}, m), setmetatable({}, m)
function process_message()
    while true do
        pcall(function() return a + b end)
        pcall(function() return a .. b end)
        pcall(function() return a == b end)
        pcall(function() return a < b end)
        pcall(function() return a.x end)
        pcall(function() a.x = 1 end)
        pcall(a)
        pcall(tostring, a)
    end
end
