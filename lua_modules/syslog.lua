-- Lines of syslog, by the template with which rsyslog writes them.
--   build_rsyslog_grammar(template)   a grammar that gives a table of the properties, by their lower-case names
--   severity                          the name of a severity, lower or upper case -> its number
--   facility                          the same of a facility

local l = require "lpeg"
local math = require "math"
local string = require "string"
local dt = require "date_time"
local format = require "log_format"
local ip = require "ip_address"
local value = require "log_value"
l.locale(l)

local error, ipairs, tonumber = error, ipairs, tonumber
local P, S, R, C, Cc, Cg, Ct = l.P, l.S, l.R, l.C, l.Cc, l.Cg, l.Ct
local digit, space, graph = l.digit, l.space, l.graph
local number = value.number

local M = {}

-- named is the choice among words, each with its number; a longer word must stand before its beginning.
local function named(words)
    local p = P(false)
    for _, word in ipairs(words) do
        p = p + (P(word[1]) + string.upper(word[1])) * Cc(word[2])
    end
    return p
end

M.severity = named{
    { "debug", 7 }, { "info", 6 }, { "notice", 5 }, { "warning", 4 }, { "warn", 4 }, { "error", 3 }, { "err", 3 }, { "crit", 2 },
    { "alert", 1 }, { "emerg", 0 }, { "panic", 0 },
}

local facilities = {
    { "kern", 0 }, { "user", 1 }, { "mail", 2 }, { "daemon", 3 }, { "authpriv", 10 }, { "auth", 4 }, { "security", 4 },
    { "syslog", 5 }, { "lpr", 6 }, { "news", 7 }, { "uucp", 8 }, { "cron", 9 }, { "ftp", 11 }, { "ntp", 12 }, { "audit", 13 },
    { "alert", 14 }, { "clock", 15 },
}
for i = 0, 7 do facilities[#facilities + 1] = { "local" .. i, 16 + i } end
M.facility = named(facilities)

-- Properties

local name = P"-" + graph * graph^-254
local program = (1 - space - S":[")^0
local tag = Ct(Cg(program, "programname") * ("[" * Cg(number, "pid") * "]")^-1) * P":"^-1

local pri = digit * digit^-2 / function(digits)
    local n = tonumber(digits)
    return { facility = math.floor(n / 8), severity = n % 8 }
end

local function set(t, key, text)
    t[key] = text
    return t
end
local param_text = l.Cs(("\\" * C(S'"\\]') / "%1" + (1 - S'"\\]') + "\\")^0)
local sd_name = (graph - S'= ]"')^1
local sd_param = Cg(" " * (C(sd_name) / "_%0") * '="' * param_text * '"')
local sd_element = "[" * Cg(Cc"id" * C(sd_name)) * sd_param^0 * "]"
local structured_data = "-" * Ct"" + l.Cf(Ct"" * sd_element^1, set)

local two = digit * digit
local properties = {
    rawmsg = P(1)^0, hostname = name, source = name, fromhost = name, ["fromhost-ip"] = ip.v4 + ip.v6,
    syslogtag = tag, programname = program, pri = pri, ["pri-text"] = M.facility * "." * (M.severity / 0) * ("<" * digit^1 * ">")^-1,
    iut = number, syslogfacility = number, ["syslogfacility-text"] = M.facility,
    syslogseverity = number, ["syslogseverity-text"] = M.severity, syslogpriority = number, ["syslogpriority-text"] = M.severity,
    ["protocol-version"] = digit^1, ["structured-data"] = structured_data,
    ["app-name"] = graph * graph^-47, procid = graph * graph^-127, msgid = graph * graph^-31, inputname = graph^1,
    ["$bom"] = P"\239\187\191", ["$now"] = two * two * "-" * two * "-" * two, ["$year"] = two * two, ["$month"] = two,
    ["$day"] = two, ["$hour"] = two, ["$hhour"] = P"0"^-1 * R"01" + "0", ["$qhour"] = P"0"^-1 * R"03" + "0", ["$minute"] = two,
}

local rfc3164 = dt.rfc3164_timestamp / dt.time_to_ns
local times = {
    ["date-rfc3164"] = rfc3164, ["date-rfc3164-buggyday"] = rfc3164,
    ["date-mysql"] = dt.mysql_timestamp / dt.time_to_ns, ["date-pgsql"] = dt.pgsql_timestamp / dt.time_to_ns,
    ["date-rfc3339"] = dt.rfc3339 / dt.time_to_ns,
    ["date-unixtimestamp"] = digit^1 / dt.seconds_to_ns,
    ["date-subseconds"] = digit^1 / function(digits) return tonumber("0." .. digits) * 1e9 end,
}
local time_fields = { timestamp = "timestamp", timereported = "timestamp", timegenerated = "timegenerated" }

-- property_token makes the token of a property, nil for one that is not known.
local function property_token(property, option)
    if option == "sp-if-no-1st-sp" then return { value = P" "^1 } end
    if property == "msg" then return { text = "msg" } end
    if time_fields[property] then return { value = Cg(times[option] or rfc3164, time_fields[property]) } end
    local pattern = properties[property]
    return pattern and { value = Cg(pattern, property) }
end

-- Templates

local range = (digit + "$")^0
local option = ":" * range * ":" * range * (":" * C((l.alnum + "-")^0) + Cc"") + Cc""
local property = "%" * Cg((l.alnum + S"-_$")^1 / string.lower, "property") * Cg(option / string.lower, "option") * "%"

local escape = "\\" * C(digit * digit * digit + 1) / format.unescape
local literal = l.Cf((C((1 - space - S"%\\")^1) + escape)^1, function(a, b) return a .. b end)
local template_grammar = Ct((Ct(property) + space * Cc{ space = space } + Ct(Cg(literal, "literal")))^0) * -1

function M.build_rsyslog_grammar(template)
    local tokens = template_grammar:match(template)
    if not tokens then error("could not parse the rsyslog template", 2) end
    for i, token in ipairs(tokens) do
        if token.property then
            tokens[i] = property_token(token.property, token.option)
                or error("invalid rsyslog property: '" .. token.property .. "'", 2)
        end
    end
    return format.line_grammar(tokens)
end

return M
