-- A long replacement for each of many bytes.
-- ends: not enough memory
require "string"
local s, long = string.rep("x", 10000), string.rep("y", 100000)
function process_message()
    while true do
        pcall(string.gsub, s, "", long)
        pcall(string.gsub, s, "x", "%0" .. long)
        pcall(string.gsub, s, "x", function() return long end)
        pcall(string.gsub, s, "x", { x = long })
    end
end
