-- Short texts and tables.
-- ends: instruction_limit exceeded
require "cjson" require "string"
function process_message()
    local s, t = "[" .. string.rep("1,", 490) .. "1]", {}
    for i = 1, 250 do t[i] = i + 0.123456 end
    local long = "[" .. string.rep("5e-324,", 9000) .. "1]"
    local encode, decode, p = cjson.encode, cjson.decode, pcall
    while true do
        decode(s)
        encode(t)
        p(decode, long)
    end
end
