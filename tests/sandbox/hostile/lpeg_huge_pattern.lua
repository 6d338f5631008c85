-- A pattern that doubles.
-- ends: not enough memory|instruction_limit exceeded|too (big|long|large)
require "lpeg"
function process_message()
    local p = lpeg.P "abc" + lpeg.S "xyz" * lpeg.P(1)
    while true do p = p * p + p end
end
