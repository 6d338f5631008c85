-- table.concat of one long text many times.
-- ends: not enough memory|instruction_limit exceeded
require "string" require "table"
function process_message()
    local s, t = string.rep("x", 100000), {}
    for i = 1, 5000 do t[i] = s end
    while true do pcall(table.concat, t, s) end
end
