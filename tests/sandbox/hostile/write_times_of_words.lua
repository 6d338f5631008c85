-- Times in the form that is tried last.
-- kind: encoder
-- ends: instruction_limit exceeded
function process_message()
    local write, p = write_message, pcall
    while true do p(write, "Timestamp", "Mon Jan  2 15:04:05 MST 2006") end
end
