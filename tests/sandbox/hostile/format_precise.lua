-- More digits than a number has.
-- ends: instruction_limit exceeded
require "string"
function process_message()
    local f = string.format
    while true do
        f("%.24e", 1.1e-300)
        f("%.20g", 1e300)
    end
end
