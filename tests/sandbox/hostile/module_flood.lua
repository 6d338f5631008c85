-- Modules without end.
-- ends: not enough memory|instruction_limit exceeded
function process_message()
    local i = 0
    while true do
        i = i + 1
        _G["m" .. i] = nil
        pcall(module, "m" .. i .. ".a.b.c.d")
    end
end
