-- Windows of the largest size, again and again.
-- ends: instruction_limit exceeded|not enough memory
require "sax"
function process_message()
    local kept = {}
    pcall(sax.window.new, 2 ^ 53, 2 ^ 52, 4)
    pcall(sax.word.new, {}, 2 ^ 52, 4)
    while true do
        local w = sax.window.new(4096, 2048, 16)
        w:add(1)
        kept[#kept + 1] = w:get_word()
        pcall(sax.mindist, kept[1], kept[#kept])
        kept[#kept + 1] = tostring(w)
    end
end
