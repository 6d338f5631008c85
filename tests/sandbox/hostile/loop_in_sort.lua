-- A comparison that never ends.
-- ends: instruction_limit exceeded
require "table"
function process_message()
    table.sort({ 3, 2, 1 }, function() while true do end end)
end
