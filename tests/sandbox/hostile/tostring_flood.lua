-- Numbers as texts, kept.
-- ends: instruction_limit exceeded|not enough memory
function process_message()
    local kept = {}
    while true do kept[#kept + 1] = tostring(#kept / 7) end
end
