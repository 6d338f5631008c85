-- The metatable of all texts is changed, and a text then used by everybody.
-- ends: instruction_limit exceeded
require "string"
local m = getmetatable("")
function process_message()
    if m then
        m.__index = function(s, k) while true do end end
        m.__concat = function() while true do end end
        m.__eq, m.__lt = m.__concat, m.__concat
        m.__tostring = m.__concat
    end
    pcall(function() return ("x"):upper() end)
    add_to_payload("x")
    inject_payload()
    while true do local _ = ("x").y end
end
