-- string.rep of what no machine has.
-- ends: not enough memory
require "string"
function process_message()
    while true do
        pcall(string.rep, "x", 1e9)
        pcall(string.rep, "abcdefgh", 2 ^ 60)
        pcall(string.rep, "", 1e15)
    end
end
