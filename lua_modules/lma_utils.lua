-- What the scripts that ship have in common: injecting without dying of it, tags, datapoints, dates.

local cjson = require "cjson"
local lma_time = require "lma_time"
local string = require "string"
local math = require "math"

local read_message = read_message
local inject_message = inject_message
local inject_payload = inject_payload
local pcall, pairs, type, tonumber, tostring = pcall, pairs, type, tonumber, tostring

-- A site may have a module extra_fields with a table `tags` of fields that every message gets.
local has_tags, extra_fields = pcall(require, "extra_fields")
local tags = has_tags and type(extra_fields) == "table" and extra_fields.tags or {}

local M = {}

M.severity_to_label_map = {
    [0] = "EMERGENCY", "ALERT", "CRITICAL", "ERROR", "WARNING", "NOTICE", "INFO", "DEBUG",
}

M.label_to_severity_map = {}
for severity, label in pairs(M.severity_to_label_map) do M.label_to_severity_map[label] = severity end

M.metric_type = { COUNTER = "counter", GAUGE = "gauge", DERIVE = "derive" }

-- safe_json_encode is the JSON of a value, nil for a value that has none.
function M.safe_json_encode(value)
    local ok, json = pcall(cjson.encode, value)
    if ok then return json end
    return nil
end

local function attempt(f, ...)
    local ok, err = pcall(f, ...)
    if ok then return 0 end
    return -1, tostring(err)
end

-- safe_inject_message and safe_inject_payload give 0, or -1 and why it did not work.
function M.safe_inject_message(msg) return attempt(inject_message, msg) end

function M.safe_inject_payload(payload_type, payload_name, data)
    return attempt(inject_payload, payload_type, payload_name, data)
end

-- inject_tags adds the site's tags to a message's fields, which win.
function M.inject_tags(msg)
    msg.Fields = msg.Fields or {}
    for name, value in pairs(tags) do
        if msg.Fields[name] == nil then msg.Fields[name] = value end
    end
end

local OTHER_SEVERITIES = { "syslogseverity", "syslogseverity-text", "syslogpriority", "syslogpriority-text" }

local function take(fields, name)
    local value = fields[name]
    fields[name] = nil
    return value
end

-- take_severity gives the severity and the facility of what a syslog grammar captured.
local function take_severity(fields)
    local severity
    for i = 1, #OTHER_SEVERITIES do severity = take(fields, OTHER_SEVERITIES[i]) or severity end
    local pri = take(fields, "pri")
    if pri then return pri.severity, pri.facility end
    return severity or 7, fields.syslogfacility
end

-- parse_syslog_message fills a message of a line of syslog, by a grammar of the module syslog. What the grammar
-- captures besides headers becomes fields. It gives false for another line.
function M.parse_syslog_message(grammar, payload, msg)
    local fields = grammar:match(payload)
    if not fields then return false end
    local first_line_end = string.find(payload, "\n", 1, true)
    local further = first_line_end and string.gsub(string.sub(payload, first_line_end), "\n$", "") or ""
    local tag = take(fields, "syslogtag")
    if type(tag) == "table" then
        fields.programname = tag.programname
        msg.Pid = tag.pid or 0
    else
        msg.Pid = 0
    end
    local timestamp = take(fields, "timestamp")
    msg.Timestamp = timestamp and lma_time.not_ahead(timestamp)
    msg.Hostname = take(fields, "hostname")
    msg.Payload = (take(fields, "msg") or "") .. further
    msg.Severity, fields.syslogfacility = take_severity(fields)
    fields.severity_label = M.severity_to_label_map[msg.Severity]
    msg.Fields = fields
    M.inject_tags(msg)
    return true
end

local bulk = {}

-- add_to_bulk_metric queues a datapoint: a number, or a table of named numbers.
function M.add_to_bulk_metric(name, value, point_tags)
    local point = { name = name, tags = point_tags or {} }
    if type(value) == "table" then point.values = value else point.value = value end
    bulk[#bulk + 1] = point
end

-- inject_points sends datapoints from one to another, in several messages if they are too much for one.
local function inject_points(msg, points, from, to)
    local part = {}
    for i = from, to do part[i - from + 1] = points[i] end
    msg.Payload = M.safe_json_encode(part)
    if msg.Payload then return M.safe_inject_message(msg) end
    if from == to then return -1, "the datapoint " .. tostring(points[from].name) .. " is too large or cannot be written as JSON" end
    local middle = math.floor((from + to) / 2)
    local first, why = inject_points(msg, points, from, middle)
    local second, err = inject_points(msg, points, middle + 1, to)
    if first ~= 0 then return first, why end
    return second, err
end

-- inject_bulk_metric sends the queued datapoints, as one message if that is not too large, and empties the queue.
-- timestamp is in ns. It gives nothing when there is nothing to send, else what safe_inject_message gives.
function M.inject_bulk_metric(timestamp, hostname, logger, source, metric_type)
    local points = bulk
    bulk = {}
    if #points == 0 then return nil end
    local msg = {
        Timestamp = timestamp,
        Type = "bulk_metric",
        Logger = logger,
        Hostname = hostname,
        Severity = M.label_to_severity_map.INFO,
        Fields = { hostname = hostname, source = source, type = metric_type or M.metric_type.GAUGE },
    }
    M.inject_tags(msg)
    return inject_points(msg, points, 1, #points)
end

local function named_values()
    local values, some, i = {}, false, 0
    while true do
        local name = read_message("Fields[value_fields]", 0, i)
        if name == nil then break end
        i = i + 1
        local value = read_message("Fields[" .. tostring(name) .. "]")
        if value ~= nil then values[tostring(name)], some = value, true end
    end
    if some then return true, values end
    return false, "Fields[value_fields] does not list any valid field"
end

-- get_values_from_metric gives true and the current message's value (a table where it has several),
-- or false and what is missing.
function M.get_values_from_metric()
    if read_message("Fields[value_fields]") ~= nil then return named_values() end
    local value = read_message("Fields[value]")
    if value == nil then return false, "Fields[value] is missing" end
    return true, value
end

-- convert_to_sec is nanoseconds as whole seconds.
function M.convert_to_sec(ns) return math.floor(ns / 1e9) end

local PRECISIONS = { us = 1e3, ms = 1e6, s = 1e9, m = 60e9, h = 3600e9 }

-- message_timestamp is a time in ns (default: the current message's) in whole us, ms, s, m or h.
function M.message_timestamp(precision, timestamp)
    timestamp = timestamp or read_message("Timestamp")
    return math.floor(timestamp / (PRECISIONS[precision] or PRECISIONS.ms))
end

-- chomp removes one final newline; the second result is how many there were to remove, 0 or 1.
function M.chomp(text) return string.gsub(text, "\n$", "") end

-- truncate shortens a text to at most max bytes, at a boundary between items if one fits.
-- The delimiter of items is a Lua pattern.
function M.truncate(text, max, delimiter)
    if #text <= max then return text end
    local cut, from = nil, 1
    while true do
        local first, last = string.find(text, delimiter, from)
        if not first or first - 1 > max or last < first then break end
        cut, from = first - 1, last + 1
    end
    return string.sub(text, 1, cut or max)
end

local function valid_date(month, day, hour, min, sec)
    month, day, hour = tonumber(month), tonumber(day), tonumber(hour)
    return month >= 1 and month <= 12 and day >= 1 and day <= 31
        and hour <= 23 and tonumber(min) <= 59 and tonumber(sec) <= 60
end

-- format_datetime is a date as RFC 3339 with microseconds and offset (UTC unless it has one), nil for what is no date.
function M.format_datetime(text)
    local year, month, day, hour, min, sec, rest =
        string.match(text, "^(%d%d%d%d)%-(%d%d)%-(%d%d)[T%s](%d%d):(%d%d):(%d%d)(.*)")
    if not year or not valid_date(month, day, hour, min, sec) then return nil end
    local fraction = string.match(rest, "^%.(%d+)")
    if fraction then rest = string.sub(rest, #fraction + 2) end
    fraction = string.sub((fraction or "") .. "000000", 1, 6)
    local sign, hours, minutes = string.match(rest, "^([+-])(%d%d):?(%d%d)")
    local offset = sign and sign .. hours .. ":" .. minutes or "+00:00"
    return year .. "-" .. month .. "-" .. day .. "T" .. hour .. ":" .. min .. ":" .. sec .. "." .. fraction .. offset
end

return M
