-- Keys which a bad hash would put into one chain.
-- ends: instruction_limit exceeded|not enough memory
require "string"
function process_message()
    local t = {}
    for i = 1, 1e9 do
        t[i * 2 ^ 32] = i
        t[i * 4294967296 * 65536] = i
        t[1 / i] = i
        t[("x"):rep(3) .. i] = i
    end
end
