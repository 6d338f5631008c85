-- Errors that hold all errors before.
-- ends: not enough memory|instruction_limit exceeded
function process_message()
    local before = {}
    while true do
        local _, e = pcall(error, { before, {}, {} })
        before = e
    end
end
