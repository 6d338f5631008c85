-- One concatenation of many long texts.
-- ends: not enough memory
require "string"
function process_message()
    local s = string.rep("x", 1000000)
    while true do
        pcall(function() return s .. s .. s .. s .. s .. s .. s .. s .. s .. s .. s .. s end)
    end
end
