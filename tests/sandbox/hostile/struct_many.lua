-- Long formats.
-- ends: instruction_limit exceeded|not enough memory
require "struct" require "string"
local format, data = string.rep("d", 5000), string.rep("\0", 40000)
function process_message()
    while true do
        pcall(struct.unpack, format, data)
        pcall(struct.size, format)
        pcall(function() return struct.pack(format, struct.unpack(format, data)) end)
    end
end
