-- A text that doubles, protected.
-- ends: not enough memory
function process_message()
    local s = "x"
    while true do pcall(function() s = s .. s end) end
end
