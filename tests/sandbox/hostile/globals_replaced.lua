-- Everything that the host may look up is replaced.
-- ends: instruction_limit exceeded
local spin = function() while true do end end
local pairs, pcall = pairs, pcall
for k in pairs(_G) do
    if k ~= "_G" then _G[k] = nil end
end
setmetatable = nil
_PRESERVATION_VERSION = {}
_G._G = spin
tostring, require, error, type, string, table = spin, spin, spin, spin, spin, spin
function process_message()
    pcall(spin)
    return spin()
end
