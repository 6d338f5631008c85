-- Long texts, kept.
-- ends: not enough memory
require "string"
function process_message()
    local kept = {}
    while true do kept[#kept + 1] = string.rep("x", 100000) .. #kept end
end
