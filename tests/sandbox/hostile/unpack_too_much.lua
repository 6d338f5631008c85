-- unpack with bounds that are made up.
-- ends: instruction_limit exceeded|not enough memory
function process_message()
    while true do
        pcall(unpack, {}, 1, 1e6)
        pcall(unpack, {}, 1, 1e8)
        pcall(unpack, {}, -2 ^ 31, 2 ^ 31 - 1)
        pcall(unpack, {}, 0, 2 ^ 60)
    end
end
