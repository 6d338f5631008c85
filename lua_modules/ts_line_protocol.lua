-- Lines of InfluxDB or Carbon for the fields of the current message.
--   set_config(config)          fills in what is missing in a plugin's configuration, and gives it back
--   influxdb_line_msg(config)   -> an array of `name,tag=value,... value=... time`
--   carbon_line_msg(config)     -> an array of `name value time`
-- The options are those of encoders/schema_influx_line.lua and encoders/schema_carbon_line.lua.

local string = require "string"
local table = require "table"
local field_util = require "field_util"
local interpolate = require("msg_interpolate").interpolate_from_msg

local decode_message, read_message = decode_message, read_message
local error, ipairs, pairs, tonumber, tostring, type = error, ipairs, pairs, tonumber, tostring, type

local M = {}

local defaults = {
    carbon_format = false, decimal_precision = "6", name_prefix = false, name_prefix_delimiter = false,
    skip_fields_str = false, source_value_field = false, tag_fields_str = "**all_base**",
    timestamp_precision = "ms", value_field_key = "value",
}

function M.set_config(config)
    for name, value in pairs(defaults) do
        if config[name] == nil then config[name] = value end
    end
    if not tonumber(config.decimal_precision) then
        error("decimal_precision must be a number, not " .. tostring(config.decimal_precision), 2)
    end
    if not field_util.timestamp_divisor(config.timestamp_precision) then
        error("timestamp_precision must be ms, s, m or h, not " .. tostring(config.timestamp_precision), 2)
    end
    config.number_format = "%." .. config.decimal_precision .. "f"
    config.skip_fields = config.skip_fields_str and field_util.field_map(config.skip_fields_str) or {}
    local _
    config.tag_fields, _, config.tag_fields_all = field_util.field_map(config.tag_fields_str)
    config.interpolate_prefix = config.name_prefix and string.find(config.name_prefix, "%%{.-}") ~= nil
    return config
end

local function escape(text) return (string.gsub(tostring(text), "[ ,]", "\\%0")) end

-- values calls f with the name and value of each value of each field. What comes after the first of a
-- name has a name of its own.
local function values(f)
    local seen = {}
    for _, field in ipairs(decode_message(read_message("raw")).Fields or {}) do
        local name, index = field.name, seen[field.name]
        if index then name = string.format("%s_fidx_%d", name, index) end
        seen[field.name] = (index or 0) + 1
        for i, value in ipairs(field.value) do
            if i > 1 then name = string.format("%s_vidx_%d", name, i - 1) end
            f(field.name, name, value)
        end
    end
end

local function point_namer(config)
    local prefix = config.name_prefix or ""
    if config.interpolate_prefix then prefix = interpolate(prefix) end
    local beginning = prefix .. (config.name_prefix_delimiter or "")
    return function(field, name)
        if config.source_value_field then
            return field == config.source_value_field and prefix or nil
        end
        if config.skip_fields[field] then return nil end
        if config.carbon_format then name = string.gsub(name, "%W", "_") end -- a dot would be a folder
        return beginning .. name
    end
end

-- points are the names of the points in the message's order, and their values by name.
local function points(config, visit)
    local names, by_name = {}, {}
    local point_name = point_namer(config)
    values(function(field, name, value)
        if visit then visit(field, name, value) end
        local point = point_name(field, name)
        if not point then return end
        if by_name[point] == nil then names[#names + 1] = point end
        by_name[point] = value
    end)
    return names, by_name
end

local function add_tag(tags, name, value)
    if value ~= "" then tags[#tags + 1] = escape(name) .. "=" .. escape(value) end
end

local function header_tags(config)
    local tags = {}
    for _, name in ipairs(field_util.base_fields_tag_list) do
        if config.tag_fields[name] then add_tag(tags, name, read_message(name)) end
    end
    return tags
end

-- influx_value is nil for a number that InfluxDB does not take.
local function influx_value(value, config)
    if type(value) == "string" then return '"' .. string.gsub(value, '"', '\\"') .. '"' end
    if type(value) == "boolean" then return tostring(value) end
    if value ~= value or value - value ~= 0 then return nil end
    return string.format(config.number_format, value)
end

function M.influxdb_line_msg(config)
    local tags = header_tags(config)
    local names, by_name = points(config, function(field, name, value)
        if config.tag_fields_all or config.tag_fields[field] then add_tag(tags, name, value) end
    end)
    local suffix = #tags > 0 and "," .. table.concat(tags, ",") or ""
    local timestamp = string.format("%d", field_util.message_timestamp(config.timestamp_precision))
    local lines = {}
    for _, name in ipairs(names) do
        local value = influx_value(by_name[name], config)
        if value then
            lines[#lines + 1] = escape(name) .. suffix .. " " .. config.value_field_key .. "=" .. value .. " " .. timestamp
        end
    end
    return lines
end

local function carbon_value(value)
    if type(value) == "string" then return string.match(value, "^[%d.]+$") end
    if type(value) == "number" and value - value == 0 then return tostring(value) end
end

function M.carbon_line_msg(config)
    local names, by_name = points(config)
    local timestamp = string.format("%d", field_util.message_timestamp(config.timestamp_precision))
    local lines = {}
    for _, name in ipairs(names) do
        local value = carbon_value(by_name[name])
        if value then lines[#lines + 1] = name .. " " .. value .. " " .. timestamp end
    end
    return lines
end

return M
