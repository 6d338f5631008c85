-- A replacement that never comes back.
-- ends: instruction_limit exceeded
require "string"
function process_message()
    while true do
        pcall(string.gsub, "abc", "%w", function() while true do end end)
    end
end
