-- Messages of AFDs and GSEs: reading one, its alarms as people read them, and making one of alarms that a
-- script adds one by one.

local cjson = require "cjson"
local gse_utils = require "gse_utils"
local lma_utils = require "lma_utils"
local table_utils = require "table_utils"
local string = require "string"
local table = require "table"
local read_message = read_message
local ipairs, pcall, tonumber, tostring, type = ipairs, pcall, tonumber, tostring, type

local M = {}

local MAX_NAME = 255 -- bytes: what is longer is no name, and would fill the memory of scripts that keep names

-- get_entity_name is the text of a field of the current message, which names what it is about; nil where there is none.
function M.get_entity_name(field)
    local name = read_message("Fields[" .. field .. "]")
    if name == nil then return nil end
    name = tostring(name)
    return #name <= MAX_NAME and name or nil
end

-- get_status is the current message's status, nil for what is none.
function M.get_status()
    local status = tonumber(read_message("Fields[value]"))
    return status and gse_utils.label(status) and status
end

local function is_alarm_list(list)
    if type(list) ~= "table" then return false end
    for _, alarm in ipairs(list) do
        if type(alarm) ~= "table" then return false end
    end
    return true
end

-- extract_alarms lists the current message's alarms, nil where the payload holds no such list.
function M.extract_alarms()
    local ok, payload = pcall(cjson.decode, read_message("Payload"))
    if ok and type(payload) == "table" and is_alarm_list(payload.alarms) then return payload.alarms end
    return nil
end

local function fields_for_human(fields)
    local parts = {}
    if type(fields) == "table" then
        for name, value in table_utils.orderedPairs(fields) do parts[#parts + 1] = name .. '="' .. tostring(value) .. '"' end
    end
    return #parts > 0 and "[" .. table.concat(parts, ",") .. "]" or ""
end

local function text_of(value) return value == nil and "" or tostring(value) end

-- alarm_for_human is one line on an alarm.
function M.alarm_for_human(alarm)
    local value = tonumber(alarm.value)
    return string.format("%s (%s, rule='%s(%s%s)%s%s', current=%s%s)",
        text_of(alarm.message), text_of(alarm.severity), text_of(alarm["function"]), text_of(alarm.metric),
        fields_for_human(alarm.fields), text_of(alarm.operator), text_of(alarm.threshold),
        value and string.format("%.2f", value) or text_of(alarm.value),
        alarm.hostname and ", host=" .. tostring(alarm.hostname) or "")
end

local function is_hint(alarm) return type(alarm.tags) == "table" and alarm.tags.dependency_level == "hint" end

-- alarms_for_human lists lines on alarms; those that only may be the reason come last, behind a line that says so.
function M.alarms_for_human(alarms)
    local lines, hints = {}, {}
    for _, alarm in ipairs(alarms) do
        local list = is_hint(alarm) and hints or lines
        list[#list + 1] = M.alarm_for_human(alarm)
    end
    if #hints > 0 then lines[#lines + 1] = "Other related alarms:" end
    for _, line in ipairs(hints) do lines[#lines + 1] = line end
    return lines
end

local pending = {}

-- add_to_alarms keeps an alarm for the next message.
function M.add_to_alarms(status, fn, metric, fields, tags, operator, value, threshold, window, periods, message)
    pending[#pending + 1] = {
        severity = gse_utils.label(status),
        ["function"] = fn,
        metric = metric,
        fields = fields or {},
        tags = tags or {},
        operator = operator,
        value = value,
        threshold = threshold,
        window = window or 0,
        periods = periods or 0,
        message = message,
    }
end

-- get_alarms lists the alarms that are kept, reset_alarms forgets them.
function M.get_alarms() return pending end

function M.reset_alarms() pending = {} end

-- inject_afd_metric sends a status with the alarms that are kept, and forgets them. It gives 0, or -1 and why not.
function M.inject_afd_metric(msg_type, tag, tag_value, metric, value, hostname, interval, source, to_alarm)
    local payload = lma_utils.safe_json_encode({ alarms = pending })
    local none = #pending == 0
    pending = {}
    if none then payload = '{"alarms":[]}' end
    if not payload then return -1, "the alarms cannot be written as JSON" end
    local msg = {
        Type = msg_type,
        Payload = payload,
        Fields = {
            name = metric, value = value, hostname = hostname, interval = interval, source = source,
            [tag] = tag_value,
            tag_fields = { tag, "source", "hostname" },
        },
    }
    if to_alarm == false then msg.Fields.no_alerting = true end
    lma_utils.inject_tags(msg)
    return lma_utils.safe_inject_message(msg)
end

-- inject_afd_service_metric and inject_afd_node_metric send the status of a service and of a group of nodes.
function M.inject_afd_service_metric(service, value, hostname, interval, source, to_alarm)
    return M.inject_afd_metric("afd_service_metric", "service", service, "service_status", value, hostname, interval, source, to_alarm)
end

function M.inject_afd_node_metric(node_role, value, hostname, interval, source, to_alarm)
    return M.inject_afd_metric("afd_node_metric", "node_role", node_role, "node_status", value, hostname, interval, source, to_alarm)
end

return M
