-- A module whose name is long, loaded and failing.
-- ends: instruction_limit exceeded|not enough memory
require "string"
local long = string.rep("a.", 120) .. "b"
function process_message()
    while true do
        pcall(require, long)
        pcall(module, long)
    end
end
