-- A document of very many values.
-- ends: not enough memory|instruction_limit exceeded
require "cjson" require "string"
local s = "[" .. string.rep("[],", 600000) .. "[]]"
local objects = "[" .. string.rep("{\"a\":{}},", 200000) .. "{}]"
function process_message()
    pcall(cjson.decode, s)
    pcall(cjson.decode, objects)
    return cjson.decode(s)
end
