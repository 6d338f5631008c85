-- A buffer that is written and read as text.
-- ends: instruction_limit exceeded|not enough memory
require "circular_buffer" require "string"
local b = circular_buffer.new(1000, 10, 1)
local cells = string.rep("1e300 ", 10000)
function process_message()
    while true do
        pcall(b.fromstring, b, "0 0 " .. cells)
        pcall(add_to_payload, b)
        pcall(inject_message, { Fields = { b = b } })
        b:set_header(1, string.rep("x", 100000))
    end
end
