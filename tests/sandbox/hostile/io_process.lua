-- A process that prints without end.
-- kind: files
-- ends: not enough memory
local io = require "io"
while true do
    pcall(function() return io.popen("yes", "r"):read("*a") end)
end
