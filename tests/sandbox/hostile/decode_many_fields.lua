-- An encoded message of empty fields.
-- ends: instruction_limit exceeded
require "string"
function process_message()
    local s = read_message("raw") .. string.rep("\82\2\10\0", 100)
    local decode = decode_message
    while true do decode(s) end
end
