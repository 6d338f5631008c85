-- A handler of errors that fails itself, without end.
-- ends: instruction_limit exceeded
local function handler(e) error(e) end
function process_message()
    while true do xpcall(function() error "x" end, handler) end
end
