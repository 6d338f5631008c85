-- Modules that are not there, looked for on the disk again and again.
-- ends: instruction_limit exceeded
function process_message()
    local i = 0
    while true do
        i = i + 1
        pcall(require, "missing" .. i % 7)
    end
end
