-- An endless loop.
-- ends: process_message\(\) instruction_limit exceeded
function process_message()
    while true do end
end
