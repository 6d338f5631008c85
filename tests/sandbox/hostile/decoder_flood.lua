-- A decoder that makes messages of one record without end.
-- kind: decoder
-- ends: would take more than|instruction_limit exceeded|not enough memory
require "string"
local long = string.rep("x", 60000)
function process_message()
    while true do inject_message({ Payload = long }) end
end
