-- Small payloads with long names, and headers that each message gets.
-- kind: decoder
-- ends: instruction_limit exceeded
require "string"
function process_message()
    local s, p = string.rep("x", 100000), pcall
    inject_payload("txt", "first", "x")
    write_message("Hostname", string.rep("h", 1000000))
    while true do
        p(inject_payload, s, s, "x")
        p(inject_payload, "txt", "n", "x")
        p(inject_message, { Type = "x" })
    end
end
