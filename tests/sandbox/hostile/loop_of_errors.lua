-- Nothing but errors that are caught.
-- ends: instruction_limit exceeded
function process_message()
    while true do pcall(error, "again") end
end
