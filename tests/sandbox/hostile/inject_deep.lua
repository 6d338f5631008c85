-- Messages that are deep, or hold themselves.
-- ends: instruction_limit exceeded|not enough memory|could not encode
function process_message()
    local t = {}
    t.value = t
    pcall(inject_message, { Fields = { x = t } })
    local top = { value = 1 }
    for i = 1, 100000 do top = { value = top } end
    pcall(inject_message, { Fields = { x = top } })
    local m = {}
    m.Fields = m m[1] = m m.name = m m.value = m
    pcall(inject_message, m)
    m = setmetatable({}, { __index = function(t, k) return t end })
    pcall(inject_message, m)
    m = setmetatable({}, { __index = function(t, k) while true do end end })
    while true do inject_message(m) inject_message({ Fields = { x = t } }) end
end
