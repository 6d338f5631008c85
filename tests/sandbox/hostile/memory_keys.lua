-- Keys without end.
-- ends: not enough memory
function process_message()
    local t, i = {}, 0
    while true do
        i = i + 1
        t["key" .. i] = true
    end
end
