-- Keys come and go beside a table that must not be copied each time.
-- ends: instruction_limit exceeded
local t = {}
for i = 1, 100000 do t[i] = i end
function process_message()
    local i = 0
    while true do
        i = i + 1
        t["k" .. i % 4096], t[2e6 + i] = 1, 1
        t["k" .. (i - 1) % 4096], t[2e6 + i] = nil, nil
    end
end
