-- Proxies, each with a metatable.
-- kind: machine
-- ends: not enough memory
local kept = {}
while true do
    local p = newproxy(true)
    getmetatable(p).__gc = function() while true do end end
    kept[#kept + 1] = p
end
