-- Buffers of sizes that are made up.
-- ends: not enough memory|instruction_limit exceeded
require "circular_buffer"
function process_message()
    for _, n in ipairs { 2 ^ 31 - 1, 2 ^ 31, 2 ^ 32, 2 ^ 40, 2 ^ 53, 1e300, 1 / 0, 0 / 0, -1, 65536 } do
        pcall(circular_buffer.new, n, 1, 1)
        pcall(circular_buffer.new, 2, n, 1)
        pcall(circular_buffer.new, n, n, 1)
        pcall(circular_buffer.new, 2, 1, n)
    end
    local kept = {}
    while true do kept[#kept + 1] = circular_buffer.new(1440, 8, 60) end
end
