-- Short texts of numbers that take long to convert.
-- ends: instruction_limit exceeded
function process_message()
    local s, x = "5e-324"
    while true do x = s + s end
end
