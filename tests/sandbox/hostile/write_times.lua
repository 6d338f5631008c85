-- Headers from texts that are hard to read.
-- kind: decoder
-- ends: instruction_limit exceeded|not enough memory
require "string"
local long, odd = string.rep("1", 100000), string.rep("2013-12-02T07:21:54 ", 1000)
function process_message()
    while true do
        pcall(write_message, "Timestamp", long)
        pcall(write_message, "Timestamp", odd)
        pcall(write_message, "Timestamp", "Mon Dec  2 07:21:54 2013")
        pcall(write_message, "Uuid", long)
        pcall(write_message, "Severity", long)
        pcall(write_message, "Fields[" .. long .. "]", 1)
    end
end
