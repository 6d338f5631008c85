-- Patterns of the values that stand in logs, each with the field it makes: what the grammars of
-- common_log_format, syslog_message and postfix are built of.
--
--   number      digits                        -> number
--   decimal     digits, a dot, digits         -> number
--   address     IPv4 or IPv6                  -> {value, representation = "ipv4" | "ipv6"}
--   host        an address or a host's name   -> {value, representation = "ipv4" | "ipv6" | "hostname"}
--   with_unit(pattern, unit)                  -> {value, representation = unit}

local l = require "lpeg"
local ip = require "ip_address"
l.locale(l)

local Cc, Cg, Ct = l.Cc, l.Cg, l.Ct

local function with_unit(pattern, unit)
    return Ct(Cg(pattern, "value") * Cg(Cc(unit), "representation"))
end

local v4 = with_unit(ip.v4, "ipv4")
local address = v4 + with_unit(ip.v6, "ipv6")
local hostname = with_unit((l.alnum + l.S"-_.")^1, "hostname")

return {
    number = l.digit^1 / tonumber,
    decimal = l.digit^1 * "." * l.digit^1 / tonumber,
    v4 = v4,
    address = address,
    hostname = hostname,
    host = address + hostname,
    with_unit = with_unit,
}
