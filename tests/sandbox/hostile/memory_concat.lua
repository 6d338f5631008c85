-- A text that grows by a byte.
-- ends: instruction_limit exceeded|not enough memory
function process_message()
    local s = ""
    while true do s = s .. "x" end
end
