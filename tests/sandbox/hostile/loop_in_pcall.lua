-- An endless loop, protected again and again.
-- ends: instruction_limit exceeded
function process_message()
    while true do
        pcall(function() while true do end end)
    end
end
