-- Just dense enough to grow an array: half of the slots are used.
-- ends: not enough memory
function process_message()
    local t, i = {}, 1
    while true do
        i = i + 2
        t[i] = i
    end
end
