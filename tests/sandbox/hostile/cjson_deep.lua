-- A document nested without end.
-- ends: nothing worked
require "cjson" require "string"
function process_message()
    for _, s in ipairs { "[", "{\"a\":", "[[{\"x\":[", "\"\\", "1e", "-" } do
        assert(not pcall(cjson.decode, string.rep(s, 300000)))
    end
    local t = {}
    local top = t
    for i = 1, 5000 do t[1] = {} t = t[1] end
    assert(not pcall(cjson.encode, top))
    t[1] = top
    assert(not pcall(cjson.encode, top))
    assert(not pcall(cjson.encode, { [2 ^ 40] = 1, [1] = 1 }))
    return -1, "nothing worked"
end
