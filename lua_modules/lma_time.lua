-- Dates in texts as nanoseconds since 1970, in UTC. Unlike os.time a date that does not exist is no date.

local math = require "math"
local os = require "os"
local string = require "string"
local floor, match = math.floor, string.match
local tonumber = tonumber

local M = {}

local DAYS = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 }
local MONTHS = { Jan = 1, Feb = 2, Mar = 3, Apr = 4, May = 5, Jun = 6, Jul = 7, Aug = 8, Sep = 9, Oct = 10, Nov = 11, Dec = 12 }

-- seconds counts from 1970 by the rules of the Gregorian calendar; years begin with March here.
local function seconds(year, month, day, hour, min, sec)
    if month <= 2 then year, month = year - 1, month + 12 end
    local days = 365 * year + floor(year / 4) - floor(year / 100) + floor(year / 400) + floor((153 * month - 457) / 5) + day - 719469
    return ((days * 24 + hour) * 60 + min) * 60 + sec
end

local function exists(year, month, day, hour, min, sec)
    if month < 1 or month > 12 or day < 1 or hour > 23 or min > 59 or sec > 60 then return false end
    if day <= DAYS[month] then return true end
    return month == 2 and day == 29 and (year % 4 == 0 and year % 100 ~= 0 or year % 400 == 0)
end

-- is_day tells whether there is a day of a year and of a month by its short name, as in `29 Feb 2016`.
function M.is_day(year, month, day)
    return MONTHS[month] ~= nil and exists(tonumber(year), MONTHS[month], tonumber(day), 0, 0, 0)
end

-- to_ns is the time of a table as patterns.TimestampTable makes it: year, month, day, hour, min, sec, and
-- perhaps sec_frac, offset_sign, offset_hour and offset_min. A day behind the month's last one counts on.
function M.to_ns(t)
    local sec = seconds(tonumber(t.year), tonumber(t.month), tonumber(t.day), tonumber(t.hour), tonumber(t.min), tonumber(t.sec))
    if t.offset_sign then
        local offset = t.offset_hour * 3600 + t.offset_min * 60
        sec = t.offset_sign == "+" and sec - offset or sec + offset
    end
    return (sec + (t.sec_frac or 0)) * 1e9
end

local known, known_sec = nil, nil

-- of_parts is the time of `YYYY-MM-DD hh:mm:ss`, a fraction of a second and perhaps an offset from UTC: sign, hours
-- and minutes. Lines of one second come together: their text is read once.
function M.of_parts(text, fraction, sign, hours, minutes)
    if text ~= known then
        local y, mo, d, h, mi, s = match(text, "^(%d+)%-(%d+)%-(%d+).(%d+):(%d+):(%d+)$")
        known_sec = seconds(tonumber(y), tonumber(mo), tonumber(d), tonumber(h), tonumber(mi), tonumber(s))
        known = text
    end
    local sec = known_sec
    if sign then
        local offset = hours * 3600 + minutes * 60
        sec = sign == "+" and sec - offset or sec + offset
    end
    return (sec + fraction) * 1e9
end

-- offset_at reads an offset from UTC: its seconds and the position behind it, nil where there is none.
local function offset_at(text, at)
    local zulu = match(text, "^Z()", at)
    if zulu then return 0, zulu end
    local sign, hour, min, behind = match(text, "^([+-])(%d%d):?(%d%d)()", at)
    if not sign or tonumber(hour) > 23 or tonumber(min) > 59 then return nil end
    local offset = tonumber(hour) * 3600 + tonumber(min) * 60
    return sign == "+" and offset or -offset, behind
end

-- parse reads `YYYY-MM-DD hh:mm:ss[.fraction][offset]` at a position (default: the begin), with T or a blank
-- in the middle. It gives the time, the position behind it and whether it had an offset; nil for what is no date.
function M.parse(text, at)
    local y, mo, d, h, mi, s, behind = match(text, "^(%d%d%d%d)%-(%d%d)%-(%d%d)[T%s](%d%d):(%d%d):(%d%d)()", at)
    if not y then return nil end
    local year, month, day, hour, min, sec = tonumber(y), tonumber(mo), tonumber(d), tonumber(h), tonumber(mi), tonumber(s)
    if not exists(year, month, day, hour, min, sec) then return nil end
    local fraction, next_at = match(text, "^(%.%d+)()", behind)
    behind = next_at or behind
    local ns = seconds(year, month, day, hour, min, sec) * 1e9 + (fraction and floor(tonumber(fraction) * 1e9 + 0.5) or 0)
    local offset, last = offset_at(text, behind)
    if not offset then return ns, behind, false end
    return ns - offset * 1e9, last, true
end

local HALF_YEAR = 183 * 24 * 3600

-- syslog reads `Feb  3 10:11:12` at a position. The year, which is not written, is the one that brings the
-- time nearest to now. It gives the time and the position behind it, nil for what is no date.
function M.syslog(text, at)
    local name, d, h, mi, s, behind = match(text, "^(%a%a%a)%s+(%d%d?) (%d%d):(%d%d):(%d%d)()", at)
    local month = name and MONTHS[name]
    if not month then return nil end
    local day, hour, min, sec = tonumber(d), tonumber(h), tonumber(mi), tonumber(s)
    local now = os.time()
    local this, best = tonumber(os.date("%Y", now)), nil
    for year = this - 1, this + 1 do
        local at_year = seconds(year, month, day, hour, min, sec)
        if exists(year, month, day, hour, min, sec) and (not best or math.abs(at_year - now) < math.abs(best - now)) then
            best = at_year
        end
    end
    if not best then return nil end
    return best * 1e9, behind
end

-- not_ahead puts a time that was read as one of this year, and so lies more than half a year ahead, into the year before.
function M.not_ahead(ns)
    local sec = floor(ns / 1e9)
    if sec - os.time() <= HALF_YEAR then return ns end
    local t = os.date("!*t", sec)
    local before = seconds(t.year - 1, t.month, t.day, t.hour, t.min, t.sec)
    return before * 1e9 + (ns - sec * 1e9)
end

return M
