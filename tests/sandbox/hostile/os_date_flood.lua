-- Formats of times, long and many.
-- ends: instruction_limit exceeded|not enough memory
require "string" require "os"
local long = string.rep("%c %A %B %Z", 50000)
function process_message()
    while true do
        pcall(os.date, long)
        pcall(os.date, "%c", 2 ^ 60)
        pcall(os.time, { year = 2 ^ 40, month = -2 ^ 40, day = 2 ^ 50 })
        os.date("*t")
    end
end
