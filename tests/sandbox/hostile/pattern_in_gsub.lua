-- The same by gsub, gmatch and match.
-- ends: instruction_limit exceeded
require "string"
local s, p = string.rep("a", 5000), string.rep(".-", 6) .. "b"
function process_message()
    pcall(string.gsub, s, p, "")
    pcall(string.match, s, p)
    for _ in string.gmatch(s, p) do end
end
