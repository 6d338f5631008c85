-- Far-away indices, which an array would have to reach.
-- ends: not enough memory|instruction_limit exceeded
function process_message()
    local kept = {}
    while true do
        local t = {}
        t[67108864] = 1
        t[5000000] = 1
        t[2 ^ 31] = 1
        t[2 ^ 53] = 1
        t[-1e300] = 1
        for i = 0, 26 do t[2 ^ i] = i end
        kept[#kept + 1] = t
    end
end
