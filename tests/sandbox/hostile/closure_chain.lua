-- Each closure holds the one before.
-- ends: not enough memory
function process_message()
    local f
    while true do
        local before = f
        f = function() return before end
    end
end
