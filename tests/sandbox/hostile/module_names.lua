-- Modules with names of very many parts.
-- ends: instruction_limit exceeded|not enough memory
require "string"
function process_message()
    local i = 0
    while true do
        i = i + 1
        pcall(module, "m" .. i .. string.rep(".a", 10000))
    end
end
