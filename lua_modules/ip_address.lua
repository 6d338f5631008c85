-- LPeg patterns of IP addresses. They make no captures and are not anchored at their end.
--   v4  dotted quad, no leading zeros
--   v6  every form of RFC 3986: `::` once, an IPv4 address as the last 32 bits

local l = require "lpeg"

local digit, xdigit = l.R"09", l.R("09", "af", "AF")

local octet = "25" * l.R"05" + "2" * l.R"04" * digit + "1" * digit * digit + l.R"19" * digit + digit
local v4 = octet * "." * octet * "." * octet * "." * octet

local group = xdigit * xdigit^-3
local last32 = group * ":" * group + v4

local function times(n, pattern)
    local p = l.P(true)
    for _ = 1, n do p = p * pattern end
    return p
end

-- before is what may stand before `::`: nothing, or up to n + 1 groups.
local function before(n) return (group * (":" * group)^-n)^-1 end

local v6 = times(6, group * ":") * last32 + "::" * times(5, group * ":") * last32
for n = 0, 3 do v6 = v6 + before(n) * "::" * times(4 - n, group * ":") * last32 end
v6 = v6 + before(4) * "::" * last32 + before(5) * "::" * group + before(6) * "::"

return { v4 = v4, v6 = v6 }
