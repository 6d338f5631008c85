-- Encoded messages that promise more than they have.
-- ends: nothing worked
require "string"
local head = "\10\16" .. string.rep("u", 16) .. "\16\1"
function process_message()
    local forged = {
        head .. "\26\255\255\255\255\15", head .. "\26\255\255\255\255\255\255\255\255\255\1", head .. "\82\255\255\255\127",
        head .. "\82\4\10\255\255\255", head .. string.rep("\255", 1000), head .. string.rep("\82", 5000), string.rep("\0", 5000),
        head .. "\82\10\10\1a\34\255\255\255\255\15\1", string.rep(head, 1000) .. "\255", head .. "\83", head .. "\84",
    }
    for i, s in ipairs(forged) do
        pcall(decode_message, s)
        pcall(inject_message, s)
    end
    for i = 1, #forged[1] do pcall(decode_message, string.sub(forged[1], 1, i)) end
    return -1, "nothing worked"
end
