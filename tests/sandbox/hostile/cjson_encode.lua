-- Values that become much text.
-- ends: instruction_limit exceeded|not enough memory
require "cjson" require "string"
local t, long = {}, string.rep("\1", 1000000)
for i = 1, 20000 do t[i] = i + 0.1 end
function process_message()
    cjson.encode_sparse_array(true)
    pcall(cjson.encode_max_depth, 2 ^ 31 - 1)
    pcall(cjson.decode_max_depth, 2 ^ 31 - 1)
    pcall(cjson.decode, string.rep("[", 1000000))
    while true do
        pcall(cjson.encode, long)
        pcall(cjson.encode, t)
        pcall(cjson.encode, { [2 ^ 52] = 1 })
        pcall(cjson.encode, setmetatable({}, { __index = function() return 1 end }))
    end
end
