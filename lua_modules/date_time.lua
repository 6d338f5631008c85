-- Grammars of dates and times, and what makes nanoseconds of them.
--
-- A grammar captures a table with year, month, day, hour, min, sec (text), sec_frac (number),
-- offset_sign, offset_hour, offset_min, period (AM or PM), or time_t (number): what time_to_ns takes.
-- The pieces that grammars are made of (date_fullyear, time_hour, ...) capture named groups.

local l = require "lpeg"
local os = require "os"
local string = require "string"
l.locale(l)

local error, ipairs, tonumber = error, ipairs, tonumber
local P, S, R, Cc, Cg, Ct = l.P, l.S, l.R, l.Cc, l.Cg, l.Ct
local digit, space = l.digit, l.space
local two = digit * digit

local M = {}

local function on_24_hours(t)
    local hour = t.hour % 12
    if t.period == "PM" then hour = hour + 12 end
    return { year = t.year, month = t.month, day = t.day, hour = hour, min = t.min, sec = t.sec }
end

-- time_to_ns is the time of a grammar's table in ns, 0 for nil and for a time that does not exist.
function M.time_to_ns(t)
    if not t then return 0 end
    if t.time_t then return t.time_t * 1e9 end
    local at = os.time(t.period and t.hour and on_24_hours(t) or t)
    if not at then return 0 end
    local offset = 0
    if t.offset_hour then
        offset = t.offset_hour * 3600 + (t.offset_min or 0) * 60
        if t.offset_sign == "+" then offset = -offset end
    end
    return (at + (t.sec_frac or 0) + offset) * 1e9
end

-- seconds_to_ns makes ns of a number of seconds or its text.
function M.seconds_to_ns(seconds) return tonumber(seconds) * 1e9 end

-- names is the choice among words; values, where given, is what each captures.
local function names(words, values)
    local p = P(false)
    for i, word in ipairs(words) do
        p = p + (values and P(word) * Cc(values[i]) or P(word))
    end
    return p
end

local numbers = {}
for i = 1, 12 do numbers[i] = string.format("%d", i) end
local months = { "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December" }
local days = { "Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday" }
local short_months, short_days = {}, {}
for i, name in ipairs(months) do short_months[i] = string.sub(name, 1, 3) end
for i, name in ipairs(days) do short_days[i] = string.sub(name, 1, 3) end

-- The pieces.
M.date_fullyear = Cg(two * two, "year")
M.date_month = Cg("0" * R"19" + "1" * R"02", "month")
M.date_mabbr = Cg(names(short_months, numbers), "month")
M.date_mfull = Cg(names(months, numbers), "month")
M.date_mday = Cg("0" * R"19" + R"12" * digit + "3" * S"01", "day")
M.date_mday_sp = Cg(" " * R"19" + R"12" * digit + "3" * S"01", "day")
M.time_hour = Cg(R"01" * digit + "2" * R"03", "hour")
M.time_minute = Cg(R"05" * digit, "min")
M.time_second = Cg(R"05" * digit + "60", "sec")
M.time_secfrac = Cg("." * digit^1 / tonumber, "sec_frac")

local function offset(sign, hour)
    return Cg(Cc(sign), "offset_sign") * Cg(Cc(hour), "offset_hour") * Cg(Cc(0), "offset_min")
end

M.timezone = "UTC" * offset("+", 0)
    + "PST" * offset("-", 8) + "PDT" * offset("-", 7) + "MST" * offset("-", 7) + "MDT" * offset("-", 6)
    + "CST" * offset("-", 6) + "CDT" * offset("-", 5) + "EST" * offset("-", 5) + "EDT" * offset("-", 4)
    + l.alpha^-5 * offset("+", 0)

local offset_sign = Cg(S"+-", "offset_sign")
local offset_hour = Cg((R"01" * digit + "2" * R"03") / tonumber, "offset_hour")
local offset_min = Cg(R"05" * digit / tonumber, "offset_min")
M.timezone_offset = offset_sign * offset_hour * offset_min

-- The pieces and the whole of RFC 3339.
M.rfc3339_full_date = M.date_fullyear * "-" * M.date_month * "-" * M.date_mday
M.rfc3339_partial_time = M.time_hour * ":" * M.time_minute * ":" * M.time_second * M.time_secfrac^-1
M.rfc3339_time_numoffset = offset_sign * offset_hour * ":" * offset_min
M.rfc3339_time_offset = P"Z" + M.rfc3339_time_numoffset
M.rfc3339_full_time = M.rfc3339_partial_time * M.rfc3339_time_offset
M.rfc3339 = Ct(M.rfc3339_full_date * "T" * M.rfc3339_full_time)

local clock = M.time_hour * ":" * M.time_minute * ":" * M.time_second

M.clf_timestamp = Ct(M.date_mday * "/" * M.date_mabbr * "/" * M.date_fullyear * ":" * clock * " " * M.timezone_offset)
M.mysql_timestamp = Ct(M.date_fullyear * M.date_month * M.date_mday * M.time_hour * M.time_minute * M.time_second)
M.pgsql_timestamp = Ct(M.rfc3339_full_date * " " * clock)

-- The year that is missing is the present one, in UTC.
local this_year = Cg(P(true) / function() return os.date("%Y") end, "year")
M.rfc3164_timestamp = Ct(this_year * M.date_mabbr * space^1 * Cg(digit * digit^-1, "day") * space^1 * clock)

-- strftime

local function year_of_century(yy) return string.sub(os.date("%Y"), 1, 2) .. yy end

local century_year = Cg(two / year_of_century, "year")
local hour_12 = Cg("0" * R"19" + "1" * R"02", "hour")
local period = Cg(P"AM" + "PM", "period")
local weekday, weekday_short = names(days), names(short_days)
local us_date = M.date_month * "/" * M.date_mday * "/" * century_year
local week = R"04" * digit + "5" * R"03"

local specifiers = {
    a = weekday_short, A = weekday, b = M.date_mabbr, B = M.date_mfull, C = two, d = M.date_mday, D = us_date,
    e = M.date_mday_sp, F = M.rfc3339_full_date, g = century_year, G = M.date_fullyear, h = M.date_mabbr,
    H = M.time_hour, I = hour_12, j = R"02" * two + "3" * (R"05" * digit + "6" * R"06"),
    k = Cg(" " * digit + "1" * digit + "2" * R"03", "hour"), l = Cg(" " * R"19" + "1" * R"02", "hour"),
    m = M.date_month, M = M.time_minute, n = P"\n", p = period,
    r = hour_12 * ":" * M.time_minute * ":" * M.time_second * " " * period, R = M.time_hour * ":" * M.time_minute,
    s = Cg(digit^1 / tonumber, "time_t"), S = M.time_second, t = P"\t", T = clock, u = R"17", U = week, V = week, w = R"06",
    W = week, x = us_date, X = clock, y = century_year, Y = M.date_fullyear, z = M.timezone_offset, Z = M.timezone,
    ["%"] = P"%",
    c = weekday_short * " " * M.date_mabbr * " " * M.date_mday_sp * " " * clock * " " * M.date_fullyear,
}

-- build_strftime_grammar makes the grammar of a format of strftime. White space matches one character.
function M.build_strftime_grammar(format)
    local grammar = P(true)
    local pos = 1
    while pos <= #format do
        local byte = string.sub(format, pos, pos)
        if byte == "%" then
            pos = pos + 1
            local specifier = string.sub(format, pos, pos)
            if specifier == "" then error("could not parse the strftime format", 2) end
            local piece = specifiers[specifier]
            if not piece then error("unknown strftime specifier: " .. specifier, 2) end
            grammar = grammar * piece
        elseif string.find(byte, "%s") then
            grammar = grammar * space
        else
            grammar = grammar * P(byte)
        end
        pos = pos + 1
    end
    return Ct(grammar)
end

return M
