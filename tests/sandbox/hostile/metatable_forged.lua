-- Metatables with what is no function, protected ones, and cycles of them.
-- ends: nothing worked
local odd = { 1, "x", true, {}, 1 / 0 }
function process_message()
    for _, v in ipairs(odd) do
        local m = { __metatable = v }
        for _, e in ipairs { "index", "newindex", "call", "add", "concat", "eq", "lt", "le", "unm", "len", "tostring", "mode", "gc" } do
            m["__" .. e] = v
        end
        local a, b = setmetatable({}, m), setmetatable({}, m)
        pcall(function() return a.x end)
        pcall(function() a.x = 1 end)
        pcall(a) pcall(tostring, a)
        pcall(function() return a + b end)
        pcall(function() return a .. b end)
        pcall(function() return a == b end)
        pcall(function() return a < b end)
        pcall(function() return a <= b end)
        pcall(function() return -a end)
        assert(not pcall(setmetatable, a, {}))
    end
    local a, b = {}, {}
    setmetatable(a, b) setmetatable(b, a)
    a.__index, b.__index = b, a
    pcall(function() return a.x end)
    assert(not pcall(setmetatable, 1, {}))
    assert(not pcall(setmetatable, "x", {}))
    return -1, "nothing worked"
end
