-- Values in the middle of a field.
-- message: values
-- ends: instruction_limit exceeded
function process_message()
    while true do read_message("Fields[values]", 0, 100) end
end
