-- Globals that are deep and many: what is kept at the end.
-- preserve: true
-- ends: cannot preserve|nest|too|enough|nothing worked
function process_message()
    a = {}
    local t = a
    for i = 1, 20000 do t.x = {} t = t.x end
    return -1, "nothing worked"
end
