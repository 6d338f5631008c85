-- Table functions with lengths that are made up.
-- ends: instruction_limit exceeded|not enough memory
require "table"
function process_message()
    while true do
        pcall(table.concat, {}, "", 1, 2 ^ 31 - 1)
        pcall(table.concat, setmetatable({}, { __index = function() return "x" end }), "x", 1, 1e9)
        pcall(table.maxn, { [2 ^ 52] = 1 })
        pcall(table.foreachi, {}, function() while true do end end)
        pcall(table.foreach, { 1 }, function() while true do end end)
    end
end
