-- Patterns that look to the end from each byte.
-- ends: instruction_limit exceeded
require "string"
local s = string.rep("(", 200000)
function process_message()
    while true do
        string.find(s, "%b()")
        string.find(s, "%f[a].*b")
        string.find(s, "[^%w]-b")
        string.gsub(s, "(.-)b", "%1")
    end
end
