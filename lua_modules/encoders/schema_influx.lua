-- Writes InfluxDB 0.8's JSON: a series with a column for each header and field, or with multi_series a series
-- "<series>.<field>" for each field, with the column "value".
-- Options: series ("series"; places as msg_interpolate has them), skip_fields (blank-separated headers and fields),
-- exclude_base_fields, multi_series.

local cjson = require "cjson"
local math = require "math"
local field_util = require "field_util"
local lma_utils = require "lma_utils"
local interpolate = require("msg_interpolate").interpolate_from_msg

local series = read_config("series") or "series"
local multi_series = read_config("multi_series")
local skip_text = read_config("skip_fields")
local skip = skip_text and field_util.field_map(skip_text) or {}

local BYTES = 1

local headers = {}
if not read_config("exclude_base_fields") then
    for _, name in ipairs({ "Type", "Payload", "Hostname", "Pid", "Logger", "Severity", "EnvVersion" }) do
        if not skip[name] then headers[#headers + 1] = name end
    end
end

-- known is a value that JSON has, null for others: an unset header, NaN, an infinity.
local function known(value)
    if value == nil or type(value) == "number" and value - value ~= 0 then return cjson.null end
    return value
end

local function add_column(columns, point, name, value)
    columns[#columns + 1] = name
    point[#point + 1] = known(value)
end

-- base is the beginning of each series: its columns and its point.
local function base()
    local columns, point = { "time" }, { math.floor(read_message("Timestamp") / 1e6) }
    for _, name in ipairs(headers) do add_column(columns, point, name, read_message(name)) end
    return columns, point
end

local function field_value(name, index, value, count)
    if count <= 1 then return value end
    local values = {}
    for i = 1, count do values[i] = known(read_message("Fields[" .. name .. "]", index, i - 1)) end
    return values
end

-- each_field calls f with the name and value of each field; further fields of a name have a number.
local function each_field(f)
    local seen = {}
    while true do
        local kind, name, value, _, count = read_next_field()
        if not kind then return end
        local index = seen[name] or 0
        seen[name] = index + 1
        if kind ~= BYTES and not skip[name] then
            f(index > 0 and name .. (index + 1) or name, field_value(name, index, value, count))
        end
    end
end

local function one_series(name)
    local columns, point = base()
    each_field(function(field, value) add_column(columns, point, field, value) end)
    return { { name = name, columns = columns, points = { point } } }
end

local function series_of_fields(name)
    local list = {}
    each_field(function(field, value)
        local columns, point = base()
        add_column(columns, point, "value", value)
        list[#list + 1] = { name = name .. "." .. field, columns = columns, points = { point } }
    end)
    return list
end

function process_message()
    local list = (multi_series and series_of_fields or one_series)((interpolate(series)))
    if #list == 0 then return -2 end
    local json = lma_utils.safe_json_encode(list)
    if not json then return -1, "the message is too large" end
    return lma_utils.safe_inject_payload("json", "influx_message", json)
end
