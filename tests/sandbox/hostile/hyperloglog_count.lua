-- A count after each key.
-- ends: instruction_limit exceeded
require "hyperloglog"
local h = hyperloglog.new()
function process_message()
    local i = 0
    while true do
        i = i + 1
        h:add(i)
        h:count()
    end
end
