-- A pattern that tries everything.
-- ends: instruction_limit exceeded
require "string"
function process_message()
    pcall(string.find, string.rep("a", 100), string.rep("a*", 12) .. "b")
    return string.find(string.rep("a", 100), string.rep("a*", 12) .. "b")
end
