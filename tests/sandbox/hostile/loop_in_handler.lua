-- Endless loops in the function that fails and in the one that handles the error.
-- ends: instruction_limit exceeded
local function spin() while true do end end
function process_message()
    xpcall(error, spin)
    xpcall(spin, spin)
    return spin()
end
