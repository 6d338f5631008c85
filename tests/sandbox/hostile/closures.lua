-- Closures, each with variables of its own.
-- ends: not enough memory
function process_message()
    local kept = {}
    while true do
        local a, b, c = {}, {}, {}
        kept[#kept + 1] = function() return a, b, c end
    end
end
