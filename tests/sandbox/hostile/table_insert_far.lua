-- table.insert and remove far away from the end.
-- ends: instruction_limit exceeded|not enough memory
require "table"
function process_message()
    local t = {}
    while true do
        pcall(table.insert, t, 1e8, 1)
        pcall(table.insert, t, -1e8, 1)
        pcall(table.remove, t, -1e8)
        pcall(table.insert, t, #t + 1, {})
    end
end
