-- The last of very many values, again and again.
-- message: values
-- ends: instruction_limit exceeded
function process_message()
    while true do
        read_message("Fields[values]", 0, 99999)
        read_message("Fields[none]", 0, 99999)
    end
end
