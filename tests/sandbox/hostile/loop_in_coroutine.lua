-- An endless loop in a coroutine, which runs with what its maker has left.
-- kind: machine
-- ends: instruction_limit exceeded
while true do
    pcall(coroutine.wrap(function() while true do end end))
end
