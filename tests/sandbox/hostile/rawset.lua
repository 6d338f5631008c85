-- rawset, past metatables.
-- ends: not enough memory
function process_message()
    local t, i = setmetatable({}, { __newindex = error }), 0
    while true do
        i = i + 1
        rawset(t, i, { i })
        rawset(t, i .. "", i)
    end
end
