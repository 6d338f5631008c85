-- A decoder whose message grows without end.
-- kind: decoder
-- ends: instruction_limit exceeded|not enough memory|exceeded
require "string"
local long, i = string.rep("x", 100000), 0
function process_message()
    while true do
        i = i + 1
        pcall(write_message, "Payload", long .. i)
        pcall(write_message, "Fields[f" .. i .. "]", long)
        pcall(write_message, "Fields[a]", i, "", 0, i)
        pcall(write_message, "Fields[a]", i, "", 1e9, 1e9)
    end
end
