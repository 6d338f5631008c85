-- Code that is deep, long or without end.
-- kind: machine
-- ends: instruction_limit exceeded|not enough memory
require "string"
while true do
    pcall(loadstring, string.rep("(", 100000))
    pcall(loadstring, "return " .. string.rep("{", 10000) .. string.rep("}", 10000))
    pcall(loadstring, string.rep("do ", 10000) .. string.rep("end ", 10000))
    pcall(loadstring, "x = " .. string.rep("-", 99999) .. "1")
    pcall(loadstring, "x = " .. string.rep("not ", 99999) .. "1")
    pcall(loadstring, "x = a" .. string.rep("^a", 99999))
    pcall(loadstring, "x = a" .. string.rep("..a", 99999))
    pcall(loadstring, "x = f" .. string.rep("()", 99999))
    pcall(loadstring, string.rep("x = 1 ", 100000))
    pcall(load, function() return "x = 1 " end)
end
