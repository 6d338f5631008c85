-- Points in InfluxDB's line protocol.

local math = require "math"
local string = require "string"
local table = require "table"
local table_utils = require "table_utils"
local gsub, format = string.gsub, string.format
local pairs, tostring, type, setmetatable = pairs, tostring, type, setmetatable

local M = {}
local InfluxEncoder = {}
InfluxEncoder.__index = InfluxEncoder

local PRECISIONS = { ns = 1, us = 1e3, ms = 1e6, s = 1e9, m = 60e9, h = 3600e9 }

-- new makes an encoder of times in ns, us, ms, s, m or h; default ms.
function M.new(time_precision) return setmetatable({ divisor = PRECISIONS[time_precision] or PRECISIONS.ms }, InfluxEncoder) end

local function escape_name(text) return (gsub(tostring(text), "[ ,]", "\\%0")) end

local function escape_tag(text) return (gsub(tostring(text), "[ ,=]", "\\%0")) end

-- encode_value is a field's value, nil for a number that the protocol has no form for.
local function encode_value(value)
    if type(value) == "number" then return value - value == 0 and format("%.6f", value) or nil end
    return '"' .. gsub(tostring(value), '["\\]', "\\%0") .. '"'
end

local function encode_fields(value)
    if type(value) ~= "table" then value = { value = value } end
    local parts = {}
    for name, v in table_utils.orderedPairs(value) do
        local text = encode_value(v)
        if text then parts[#parts + 1] = escape_tag(name) .. "=" .. text end
    end
    return table.concat(parts, ",")
end

local function encode_tags(tags)
    local parts = {}
    for name, value in pairs(tags) do
        if name ~= "" and value ~= "" then parts[#parts + 1] = "," .. escape_tag(name) .. "=" .. escape_tag(value) end
    end
    table.sort(parts)
    return table.concat(parts)
end

-- encode_datapoint is the line of a point: timestamp in ns, value one value or a table of named ones. It is ""
-- for what is no point.
function InfluxEncoder:encode_datapoint(timestamp, name, value, tags)
    if type(timestamp) ~= "number" or type(name) ~= "string" or value == nil then return "" end
    local fields = encode_fields(value)
    if fields == "" then return "" end
    return escape_name(name) .. encode_tags(tags or {}) .. " " .. fields .. " " .. format("%.0f", math.floor(timestamp / self.divisor))
end

return M
