-- Records with fields.
-- ends: not enough memory
function process_message()
    local t = {}
    while true do t[#t + 1] = { name = #t, value = {}, unit = "x" .. #t } end
end
