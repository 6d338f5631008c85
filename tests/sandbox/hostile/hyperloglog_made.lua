-- Counters and their bytes.
-- ends: instruction_limit exceeded
require "hyperloglog"
function process_message()
    local new, f, h = hyperloglog.new, tostring, hyperloglog.new()
    while true do
        new()
        f(h)
    end
end
