-- Windows that are cleared and made.
-- ends: instruction_limit exceeded|not enough memory
require "sax"
function process_message()
    local new, w = sax.window.new, sax.window.new(4096, 2048, 16)
    while true do
        w:clear()
        new(4096, 2048, 16)
    end
end
