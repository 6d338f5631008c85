-- Long texts in the place of short ones.
-- kind: encoder
-- ends: instruction_limit exceeded
require "afd_window" require "circular_buffer" require "lpeg" require "string" require "struct"
function process_message()
    local s, p = string.rep("x", 2000000), pcall
    local gsub, known, unpack, write, read = string.gsub, afd_window.known, struct.unpack, write_message, read_config
    local buffer, field = circular_buffer.new(2, 1, 1), "Fields[" .. s .. "]"
    local rule = string.rep("y", 20000)
    local grammar = { lpeg.V(rule), [rule] = lpeg.P "a" }
    while true do
        gsub("a", "b", s)
        known(s)
        p(unpack, "s", s)
        buffer:set_header(1, s)
        p(write, s, 1)
        p(write, field, nil)
        p(write, "Fields[x]", 1, s)
        read(s)
        p(lpeg.P, grammar)
    end
end
