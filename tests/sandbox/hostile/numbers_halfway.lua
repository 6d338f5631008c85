-- Long texts of numbers between two others.
-- ends: instruction_limit exceeded
require "string"
function process_message()
    local s = "2.4703282292062327208828439643411068618252990130716238221279284125033775363510437593264991818081799618989828234772285886546332835517796989819938739800539093906315035659515570226e-324"
    local f, x = tonumber
    while true do
        x = s + s
        f(s)
    end
end
