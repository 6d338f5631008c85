-- Long words, copied, compared and written.
-- ends: instruction_limit exceeded|not enough memory
require "sax" require "string"
function process_message()
    local w = sax.word.new(string.rep("A", 100000), 4)
    local v = w:copy()
    local f, same = tostring
    while true do
        w:copy()
        f(w)
        same = v == w
    end
end
