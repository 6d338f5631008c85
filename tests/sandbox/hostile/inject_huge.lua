-- Messages larger than anything may be.
-- ends: instruction_limit exceeded|not enough memory
require "string"
local long, many, list = string.rep("x", 1000000), {}, {}
for i = 1, 10000 do many["f" .. i] = i list[i] = i end
function process_message()
    while true do
        pcall(inject_message, { Payload = long })
        pcall(inject_message, { Fields = many })
        pcall(inject_message, { Fields = { list = list } })
        pcall(inject_message, { Fields = { [long] = long } })
        pcall(inject_message, long)
    end
end
