-- All fields of a large message, by name and by turn.
-- message: large
-- ends: instruction_limit exceeded|not enough memory
function process_message()
    local i = 0
    while true do
        i = i + 1
        read_message("Fields[field" .. i % 2000 .. "]")
        read_message("Fields[none]")
        read_next_field()
    end
end
