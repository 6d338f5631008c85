-- A pattern nested so deep that no stack holds it.
-- ends: not enough memory|instruction_limit exceeded|too (big|long|large|deep|many)|overflow|nest
require "lpeg"
function process_message()
    local p = lpeg.P "a"
    while true do p = lpeg.C(-(p * "b") + lpeg.Ct(p)) end
end
