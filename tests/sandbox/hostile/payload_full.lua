-- A full payload that more is added to, and objects that are computed anew.
-- ends: instruction_limit exceeded
require "circular_buffer" require "sax"
function process_message()
    local b, w, p, add = circular_buffer.new(2, 2, 1), sax.window.new(4096, 2048, 16), pcall, add_to_payload
    while true do
        p(add, b)
        w:add(1)
        p(add, w)
    end
end
