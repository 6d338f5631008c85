-- Takes metrics from another collector: the datapoints of bulk metrics become messages of their own, all other
-- metrics go on as they are, with the site's tags that they lack.
--
--   deserialize_bulk_metric_for_loggers  Loggers, separated by blanks, whose bulk metrics are taken apart;
--                                        others go on as they are. Default none

local cjson = require "cjson"
local string = require "string"
local table = require "table"
local lma_utils = require "lma_utils"

local MAX_REASON = 256 -- bytes: a name in it may be of any length

local loggers = {}
for logger in string.gmatch(read_config("deserialize_bulk_metric_for_loggers") or "", "%S+") do loggers[logger] = true end

local function is_scalar(value)
    local kind = type(value)
    return kind == "number" or kind == "string" or kind == "boolean"
end

-- all_scalar tells whether a table is empty or one of names and single values.
local function all_scalar(t)
    if type(t) ~= "table" then return false end
    for name, value in pairs(t) do
        if type(name) ~= "string" or not is_scalar(value) then return false end
    end
    return true
end

-- problem is what is wrong with a datapoint, nil for nothing.
local function problem(point)
    if type(point) ~= "table" then return "a datapoint is no object" end
    if type(point.name) ~= "string" then return "a datapoint has no name" end
    if point.tags ~= nil and not all_scalar(point.tags) then return "tags of " .. point.name .. " are no single values" end
    if point.value ~= nil then
        return not is_scalar(point.value) and "the value of " .. point.name .. " is no single one" or nil
    end
    if not all_scalar(point.values) or next(point.values) == nil then return point.name .. " has no value" end
    return nil
end

local function sorted_names(t)
    local names = {}
    for name in pairs(t) do names[#names + 1] = name end
    table.sort(names)
    return names
end

local function inject_point(headers, point)
    local fields = {}
    for name, value in pairs(point.tags or {}) do fields[name] = value end
    local tag_fields = sorted_names(fields)
    if #tag_fields > 0 then fields.tag_fields = tag_fields end
    if point.value ~= nil then
        fields.value = point.value
    else
        for name, value in pairs(point.values) do fields[name] = value end
        fields.value_fields = sorted_names(point.values)
    end
    fields.name = point.name
    fields.hostname = headers.Hostname
    headers.Type = point.value ~= nil and "metric" or "multivalue_metric"
    headers.Payload = ""
    headers.Fields = fields
    lma_utils.inject_tags(headers)
    return lma_utils.safe_inject_message(headers)
end

-- inject_rest sends on the datapoints that are wrong, marked as what could not be decoded; only their number where
-- they are too large for a message.
local function inject_rest(headers, bad, reason)
    headers.Type = nil
    headers.Payload = lma_utils.safe_json_encode(bad)
    headers.Fields = { decode_failure = true, decode_error = reason }
    lma_utils.inject_tags(headers)
    if headers.Payload and lma_utils.safe_inject_message(headers) == 0 then return 0 end
    headers.Payload = ""
    headers.Fields.decode_error = #bad .. " datapoints are left out, too large for a message or without a form in JSON: " .. reason
    return lma_utils.safe_inject_message(headers)
end

local function take_apart()
    local ok, points = pcall(cjson.decode, read_message("Payload"))
    if not ok or type(points) ~= "table" then return -1, "Invalid payload value for bulk metric" end
    local headers = { Timestamp = read_message("Timestamp"), Hostname = read_message("Hostname") } -- the others are the record's
    local good, bad, reason = 0, {}, nil
    for _, point in pairs(points) do -- a null leaves a hole
        local wrong, status = problem(point), nil
        if not wrong then status, wrong = inject_point(headers, point) end
        if status == 0 then
            good = good + 1
        else
            bad[#bad + 1], reason = point, reason or string.sub(wrong, 1, MAX_REASON)
        end
    end
    if not reason then return 0 end
    if good == 0 then return -1, reason end
    return inject_rest(headers, bad, reason)
end

local site = { Fields = {} }
lma_utils.inject_tags(site)

function process_message()
    if string.find(read_message("Type"), "bulk_metric$") and loggers[read_message("Logger")] then return take_apart() end
    for name, value in pairs(site.Fields) do
        local field = "Fields[" .. name .. "]"
        if read_message(field) == nil then write_message(field, value) end
    end
    return 0
end
