-- Functions of the libraries that call functions of the libraries.
-- ends: instruction_limit exceeded
require "string" require "table"
function process_message()
    local t = {}
    for i = 1, 3000 do t[i] = i * 7 % 1000 end
    while true do
        table.sort(t, rawequal)
    end
end
