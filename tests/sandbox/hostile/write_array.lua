-- An encoder that writes one field's values without end.
-- kind: encoder
-- ends: instruction_limit exceeded|not enough memory|failed
function process_message()
    local i = 0
    while true do
        write_message("Fields[a]", i, "", 0, i)
        i = i + 1
    end
end
