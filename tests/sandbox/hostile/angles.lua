-- Angles that are far from zero, and times.
-- ends: instruction_limit exceeded
require "math" require "os"
function process_message()
    local sin, date, clock = math.sin, os.date, os.clock
    while true do
        sin(1e308)
        date("%c%c%c%c%c")
        clock()
    end
end
