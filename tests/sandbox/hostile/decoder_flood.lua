-- A decoder that makes messages of one record without end.
-- kind: decoder
-- ends: instruction_limit exceeded|not enough memory|exceeded
require "string"
local long = string.rep("x", 60000)
function process_message()
    while true do inject_message({ Payload = long }) end
end
