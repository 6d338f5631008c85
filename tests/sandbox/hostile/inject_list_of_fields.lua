-- A list of fields whose last one is wrong.
-- ends: instruction_limit exceeded
function process_message()
    local fields = {}
    for i = 1, 2000 do fields[i] = { name = "a", value = 1, value_type = "3e-324" } end
    fields[2001] = 1
    local m = { Fields = fields, Timestamp = "5e-324", Severity = "5e-324" }
    while true do pcall(inject_message, m) end
end
