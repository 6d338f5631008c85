-- A large message, decoded again and again.
-- message: large
-- ends: instruction_limit exceeded|not enough memory
function process_message()
    while true do decode_message(read_message("raw")) end
end
