-- A format of many long numbers.
-- ends: not enough memory|instruction_limit exceeded
require "string"
local format, numbers = string.rep("%99.99f", 2000), {}
for i = 1, 2000 do numbers[i] = 1e308 end
function process_message()
    local kept = {}
    while true do kept[#kept + 1] = string.format(format, unpack(numbers)) end
end
