-- Files without end, read at once, by lines and in blocks.
-- kind: files
-- ends: not enough memory
local io = require "io"
while true do
    pcall(function() return io.open("/dev/zero"):read("*a") end)
    pcall(function() return io.open("/dev/zero"):read("*l") end)
    pcall(function() return io.open("/dev/zero"):read(1e9) end)
    pcall(function() return io.open("/dev/zero"):read("*n") end)
    pcall(function() for _ in io.lines("/dev/zero") do end end)
end
