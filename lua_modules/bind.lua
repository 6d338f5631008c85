-- The query log of BIND's named, with print-time, print-category and print-severity:
--
--   27-May-2015 21:06:49.246 queries: info: client 10.0.1.70#41242 (a.b.c): query: a.b.c IN A +E (10.0.1.71)
--
-- and as version 9.11 and later write it:
--
--   27-May-2015 21:06:49.246 queries: info: client @0x7f6b 10.0.1.70#41242/key k (a.b.c): view v: query: a.b.c IN A +E(0)K (10.0.1.71)
--
--   query_log_grammar   named groups, for an lpeg.Ct around it: Timestamp (ns), ClientIP, ClientEphemeralPort, Key,
--                       FullQuery, View, QueryName (the first label), QueryDomain, RecordClass, RecordType, QueryFlags,
--                       ServerRespondingIP
--   dns_record_class, dns_record_type, query_flags

local l = require "lpeg"
local dt = require "date_time"
local ip = require "ip_address"
l.locale(l)

local P, C, Cc, Cg, Ct = l.P, l.C, l.Cc, l.Cg, l.Ct
local digit = l.digit

local M = {}

M.dns_record_class = Cg(P"IN" + "CH" + "HS", "RecordClass")
M.dns_record_type = Cg(l.upper * (l.upper + digit)^0, "RecordType")

-- query_flags are the texts of the letters, as an array.
local flag = P(false)
for letter, text in pairs({
    ["+"] = "recursion requested", ["-"] = "recursion not requested", S = "query signed", D = "DNSSEC data wanted",
    C = "no DNSSEC validation check", T = "TCP used", V = "valid DNS cookie", K = "DNS cookie",
}) do
    flag = flag + letter * Cc(text)
end
local edns = "E" * ("(" * digit^1 * ")")^-1 * Cc"EDNS used"
M.query_flags = Cg(Ct((flag + edns)^1), "QueryFlags")

local time = Ct(dt.date_mday * "-" * dt.date_mabbr * "-" * dt.date_fullyear * " "
    * dt.time_hour * ":" * dt.time_minute * ":" * dt.time_second) * ("." * digit^1)^-1

local function address(name)
    local function of(pattern, version) return Cg(pattern, "value") * Cg(Cc(version), "representation") end
    return Cg(Ct(of(ip.v4, "ipv4") + of(ip.v6, "ipv6")), name)
end

local name = (1 - l.S" )\n")^1
local label = (P"\\" * 1 + (1 - l.S" .\n"))^0

M.query_log_grammar = Cg(time / dt.time_to_ns, "Timestamp") * " queries: info: client " * ("@0x" * l.xdigit^1 * " ")^-1
    * address("ClientIP") * "#" * Cg(digit^1 / tonumber, "ClientEphemeralPort") * ("/key " * Cg(name, "Key"))^-1
    * " (" * Cg(name, "FullQuery") * "): " * ("view " * Cg((1 - l.S":\n")^1, "View") * ": ")^-1 * "query: "
    * Cg(label, "QueryName") * P"."^-1 * Cg((1 - l.S" \n")^0, "QueryDomain")
    * " " * M.dns_record_class * " " * M.dns_record_type * " " * M.query_flags
    * " (" * address("ServerRespondingIP") * ")"

return M
