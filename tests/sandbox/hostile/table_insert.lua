-- table.insert at the front, which moves all that follow.
-- ends: instruction_limit exceeded|not enough memory
require "table"
function process_message()
    local t = {}
    while true do table.insert(t, 1, t) end
end
