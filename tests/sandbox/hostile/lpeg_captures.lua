-- A capture for each byte, and for each capture a table.
-- ends: not enough memory|instruction_limit exceeded
require "lpeg" require "string"
local s = string.rep("a", 500000)
local p = lpeg.Ct(lpeg.Ct(lpeg.C(1) * lpeg.Cp() * lpeg.Cc({}))^0)
function process_message()
    local kept = {}
    while true do kept[#kept + 1] = lpeg.match(p, s) end
end
