-- Long constructors.
-- ends: not enough memory
function process_message()
    local kept = {}
    while true do
        kept[#kept + 1] = { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, a = { {}, {} }, b = { c = {}, d = {} } }
    end
end
