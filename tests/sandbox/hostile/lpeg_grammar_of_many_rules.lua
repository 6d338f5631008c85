-- Grammars of very many rules.
-- ends: instruction_limit exceeded|not enough memory|too many
require "lpeg"
function process_message()
    local rules = { "r1" }
    for i = 1, 1000 do rules["r" .. i] = lpeg.V("r" .. i + 1) * "x" + lpeg.V("r" .. i % 7 + 1) end
    rules.r1001 = lpeg.P "y"
    while true do
        pcall(lpeg.P, rules)
        local few = { "a" }
        few.a = lpeg.P "x" * lpeg.V "a" + lpeg.V "a" * "y"
        pcall(lpeg.P, few)
        lpeg.P(rules)
    end
end
