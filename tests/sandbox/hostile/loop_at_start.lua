-- An endless loop before there is any message.
-- ends: instruction_limit exceeded
repeat until false
