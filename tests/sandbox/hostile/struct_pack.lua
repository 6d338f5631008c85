-- Widths that are made up.
-- ends: instruction_limit exceeded|not enough memory
require "struct" require "string"
local spaces, pads = string.rep(" ", 1000000), string.rep("x", 1000000)
function process_message()
    while true do
        pcall(struct.pack, "i999999999", 1)
        pcall(struct.pack, "c999999999", "x")
        pcall(struct.pack, "!1073741824 i4", 1)
        pcall(struct.pack, "x!999999999d", 1)
        pcall(struct.size, "c2147483647c2147483647")
        pcall(struct.unpack, "c999999999", "x")
        pcall(struct.unpack, "c0", "x")
        pcall(struct.unpack, "Bc0", "\255x", 2 ^ 53)
        pcall(struct.unpack, "s", spaces, -2 ^ 53)
        pcall(struct.pack, spaces)
        pcall(struct.pack, pads)
        pcall(struct.unpack, string.rep("B", 10000), pads)
    end
end
