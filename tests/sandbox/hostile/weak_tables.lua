-- Weak tables, whose entries hold each other.
-- ends: instruction_limit exceeded|not enough memory
function process_message()
    local t, u = setmetatable({}, { __mode = "k" }), setmetatable({}, { __mode = "v" })
    local i = 0
    while true do
        i = i + 1
        local k = { t, u }
        t[k], u[i] = { k }, { k }
    end
end
