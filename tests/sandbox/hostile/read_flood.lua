-- A large message, read again and again.
-- message: large
-- ends: instruction_limit exceeded|not enough memory
function process_message()
    while true do
        read_message("Payload") read_message("raw") read_message("Fields[x]", 1e9, 1e9)
        pcall(read_message, "Fields[x]", 2 ^ 60)
        read_next_field()
    end
end
