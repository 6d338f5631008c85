-- Windows of a day that nobody keeps.
-- ends: instruction_limit exceeded
local afd = require "afd_window"
function process_message()
    while true do afd.new("avg", 86400, 1) end
end
