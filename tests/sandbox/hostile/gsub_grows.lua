-- A replacement longer than what it replaces, again and again.
-- ends: not enough memory|instruction_limit exceeded
require "string"
function process_message()
    local s = "x"
    while true do s = string.gsub(s, "x", "xxxxxxxx") end
end
