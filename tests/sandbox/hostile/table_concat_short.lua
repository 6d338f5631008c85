-- Tables that are short enough to be joined for little.
-- ends: instruction_limit exceeded
require "table"
function process_message()
    local t, u = {}, {}
    for i = 1, 255 do t[i], u[i] = i + 0.123456, i + 0.123456 end
    u[255] = {}
    local f, p = table.concat, pcall
    while true do
        f(t)
        p(f, u)
    end
end
