-- Errors that quote what is wrong with them, which is long.
-- ends: instruction_limit exceeded
require "circular_buffer" require "cjson" require "lpeg" require "string"
function process_message()
    local s, p = string.rep("x", 1000000), pcall
    local buffer, grammar, back = circular_buffer.new(2, 1, 1), { lpeg.V(string.rep("y", 20000)) }, lpeg.Cb(string.rep("y", 20000))
    while true do
        p(buffer.compute, buffer, s, 1)
        p(cjson.encode_invalid_numbers, s)
        p(lpeg.P, grammar)
        p(lpeg.match, back, "")
        p(require, s)
    end
end
