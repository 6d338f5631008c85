-- An encoder that copies a large message each time.
-- kind: encoder
-- message: large
-- ends: instruction_limit exceeded|not enough memory|failed
function process_message()
    while true do
        write_message("Type", "x")
        pcall(inject_message, decode_message(read_message("raw")))
        pcall(inject_message, read_message("raw"))
    end
end
