-- The table of globals itself has a metatable that loops.
-- ends: function was not found|instruction_limit exceeded
setmetatable(_G, { __index = function() while true do end end })
