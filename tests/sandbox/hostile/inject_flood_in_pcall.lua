-- Messages without end, protected.
-- ends: instruction_limit exceeded|not enough memory
function process_message()
    while true do
        pcall(inject_message, { Payload = "x" })
        add_to_payload("x")
        pcall(inject_payload)
    end
end
