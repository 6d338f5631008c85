-- Operators on a large pattern.
-- ends: instruction_limit exceeded|not enough memory|too (big|long|large)
require "lpeg" require "string"
local p = lpeg.P(string.rep("x", 5000))
for i = 1, 200 do p = p + lpeg.C(lpeg.S "abc") / "x" * i end
function process_message()
    while true do
        local _ = p * 1, p + 1, -p, #p, p ^ 1, lpeg.C(p), 1 - p, p / 1
        lpeg.locale({})
    end
end
