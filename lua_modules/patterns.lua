-- LPeg patterns for what stands in logs, by the names that scripts use. All are anchored where the match
-- begins, none at its end.

local lpeg = require "lpeg"
local lma_time = require "lma_time"
local table = require "table"
local ipairs, tonumber = ipairs, tonumber
local P, R, S, V, C, Cc, Cg, Cs, Ct = lpeg.P, lpeg.R, lpeg.S, lpeg.V, lpeg.C, lpeg.Cc, lpeg.Cg, lpeg.Cs, lpeg.Ct

local M = {}

local class = lpeg.locale()
local digit, xdigit = class.digit, class.xdigit

local function exactly(n, p)
    local all = P(true)
    for _ = 1, n do all = all * p end
    return all
end

-- two matches two digits: each part gives the tens and the range of the ones.
local function two(...)
    local any = P(false)
    for _, part in ipairs({ ... }) do any = any + S(part[1]) * R(part[2]) end
    return any
end

-- anywhere finds the first place in a text where a pattern matches.
function M.anywhere(p) return P { p + 1 * V(1) } end

-- format_uuid joins the five parts of a UUID.
function M.format_uuid(list) return table.concat(list, "-") end

M.sp = class.space
M.colon = P ":"
M.dash = P "-"
M.dot = P "."
M.quote = P '"'
local sp, dash, dot, quote = M.sp, M.dash, M.dot, M.quote

local bare, dashed = exactly(8, xdigit), exactly(8, xdigit)
for _, n in ipairs({ 4, 4, 4, 12 }) do
    bare = bare * Cc "-" * exactly(n, xdigit)
    dashed = dashed * dash * exactly(n, xdigit)
end

-- Uuid is 32 hexadecimal digits with the usual dashes, or with none: it captures them with dashes.
M.Uuid = C(dashed) + Cs(bare)

local month = two({ "0", "19" }, { "1", "02" })
local day = two({ "0", "19" }, { "12", "09" }, { "3", "01" })
local hour = two({ "01", "09" }, { "2", "03" })
local minute = two({ "012345", "09" })
local second = minute + P "60"

local offset = P "Z"
    + Cg(S "+-", "offset_sign") * Cg(hour / tonumber, "offset_hour") * P ":" ^ -1 * Cg(minute / tonumber, "offset_min")

-- TimestampTable captures the parts of a date: texts, and numbers for sec_frac, offset_hour and offset_min.
M.TimestampTable = Ct(
    Cg(exactly(4, digit), "year") * dash * Cg(month, "month") * dash * Cg(day, "day")
    * (sp + P "T")
    * Cg(hour, "hour") * M.colon * Cg(minute, "min") * M.colon * Cg(second, "sec")
    * Cg(dot * digit ^ 1 / tonumber, "sec_frac") ^ -1
    * offset ^ -1
)

-- Timestamp captures a date as ns since 1970.
M.Timestamp = C(
    exactly(4, digit) * dash * month * dash * day * (sp + P "T") * hour * M.colon * minute * M.colon * second
) * (dot * digit ^ 1 / tonumber + Cc(0)) * (P "Z" + C(S "+-") * C(hour) * P ":" ^ -1 * C(minute)) ^ -1 / lma_time.of_parts

M.programname = (R("az", "AZ", "09") + S ".-_") ^ 1
M.Pid = digit ^ 1
M.SeverityLabel = P "CRITICAL" + P "ERROR" + P "WARNING" + P "INFO" + P "AUDIT" + P "DEBUG" + P "TRACE"
M.Message = P(1) ^ 0

-- openstack takes a line of an OpenStack service apart: Timestamp, Pid, SeverityLabel, PythonModule, Message.
M.openstack = Ct(
    Cg(M.Timestamp, "Timestamp") * sp
    * Cg(M.Pid, "Pid") * sp
    * Cg(M.SeverityLabel, "SeverityLabel") * sp
    * Cg(M.programname, "PythonModule") * sp
    * Cg(M.Message, "Message")
)

-- openstack_request_context captures what stands in the first brackets of a text: RequestId, and UserId and TenantId
-- where there are both.
M.openstack_request_context = (1 - S "[]") ^ 0 * P "[" * P "req-" ^ -1 * Ct(
    Cg(M.Uuid, "RequestId") * sp * (Cg(M.Uuid, "UserId") * sp * Cg(M.Uuid, "TenantId") + P(true))
)

-- http_request captures, for a table, http_method, http_url and http_version.
M.http_request = Cg(R "AZ" ^ 3, "http_method") * sp
    * Cg((1 - sp) ^ 1, "http_url") * sp
    * P "HTTP/" * Cg(digit * dot * digit, "http_version")

-- openstack_http finds a quoted request with its status (text), size and time (numbers).
M.openstack_http = M.anywhere(Ct(
    quote * M.http_request * quote * sp ^ 1
    * P "status: " ^ -1 * Cg(digit ^ 3, "http_status") * sp ^ 1
    * P "len: " ^ -1 * Cg(digit ^ 1 / tonumber, "http_response_size") * sp ^ 1
    * P "time: " ^ -1 * Cg(digit ^ 1 * (dot * digit ^ 0) ^ -1 / tonumber, "http_response_time")
))

local up_to_3 = digit ^ -3

-- ip_address finds what looks like an IPv4 address, as ip_address of a table. No address begins among digits that no
-- dot follows: most of a log's digits are passed over in one step.
M.ip_address = P { ((1 - (digit + dot)) ^ 1 + digit ^ 1 * -dot) ^ 0 * (
    Ct(Cg(up_to_3 * dot * up_to_3 * dot * up_to_3 * dot * up_to_3, "ip_address")) + 1 * V(1)
) }

M.traceback = P "Traceback (most recent call last):"

-- Number captures a number; nil for what tonumber does not take.
M.Number = dash ^ -1 * xdigit ^ 1 * (S ".," * xdigit ^ 1) ^ -1 / tonumber

return M
