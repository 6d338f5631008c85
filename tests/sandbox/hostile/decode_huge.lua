-- An encoded message of very many values.
-- ends: not enough memory|instruction_limit exceeded
require "string"
local s = "\10\16" .. string.rep("u", 16) .. "\16\1" .. string.rep("\82\3\10\1a", 400000)
local packed = "\10\16" .. string.rep("u", 16) .. "\16\1\82\135\161\15\10\1a\16\2\42\128\161\15" .. string.rep("\1", 250000)
function process_message()
    local kept = {}
    pcall(decode_message, s)
    while true do kept[#kept + 1] = decode_message(s) pcall(decode_message, packed) end
end
