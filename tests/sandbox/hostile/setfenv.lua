-- Environments without end.
-- ends: not enough memory|instruction_limit exceeded
function process_message()
    local kept = {}
    while true do
        local f = function() x = {} end
        setfenv(f, setmetatable({}, { __index = _G }))
        f()
        kept[#kept + 1] = f
    end
end
