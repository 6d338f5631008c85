-- Fields that are nested as deep as they may be, and a last one that is wrong.
-- ends: instruction_limit exceeded
function process_message()
    local x, fields = { value = 1 }, {}
    for i = 1, 98 do x = { value = x } end
    for i = 1, 5000 do fields["a" .. i] = x end
    fields.z = pcall
    local m = { Fields = fields }
    while true do pcall(inject_message, m) end
end
