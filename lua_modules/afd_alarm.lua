-- One alarm: rules joined by "or" or "and", a severity, and what to say when there are no data.

local gse_utils = require "gse_utils"
local afd_rule = require "afd_rule"
local string = require "string"
local ipairs, tostring, error, setmetatable = ipairs, tostring, error, setmetatable

local M = {}
local Alarm = {}
Alarm.__index = Alarm

local SKIP = "skip"
local MATCH, NO_MATCH, NO_DATA = afd_rule.MATCH, afd_rule.NO_MATCH, afd_rule.NO_DATA
local OKAY = gse_utils.OKAY

local function severity_of(name, word)
    local status = gse_utils.status_of(word)
    if not status then error("alarm " .. name .. ": unknown severity " .. tostring(word)) end
    return status
end

local function policy_of(name, word)
    word = string.lower(tostring(word or "unknown"))
    if word == SKIP then return SKIP end
    local status = gse_utils.status_of(word)
    if not status then error("alarm " .. name .. ": unknown no_data_policy " .. word) end
    return status
end

-- new makes an alarm of its definition; it raises an error for a mistake in it.
function M.new(def)
    local name = tostring(def.name)
    local trigger = def.trigger or {}
    local alarm = {
        name = name,
        description = def.description or "",
        severity = severity_of(name, def.severity),
        no_data = policy_of(name, def.no_data_policy),
        operator = string.lower(trigger.logical_operator or "or"),
        rules = {},
        wait = 0,
    }
    for i, rule in ipairs(trigger.rules or {}) do
        alarm.rules[i] = afd_rule.new(rule)
        if alarm.rules[i].seconds > alarm.wait then alarm.wait = alarm.rules[i].seconds end
    end
    return setmetatable(alarm, Alarm)
end

-- due tells whether the alarm has been watched for as long as its longest window. Both times are in ns.
function Alarm:due(now, start)
    return now - start >= self.wait * 1e9
end

local function message_of(alarm, rule, found)
    if found == MATCH then return alarm.description end
    if found == NO_DATA then return "No datapoint have been received ever" end
    return "No datapoint have been received over the last " .. rule.seconds .. " seconds"
end

local function add_alerts(alerts, alarm, rule, found, contexts)
    for i = 1, #contexts do
        local context = contexts[i]
        alerts[#alerts + 1] = {
            ["function"] = rule.func,
            metric = rule.metric,
            operator = rule.operator,
            threshold = rule.threshold,
            window = rule.window,
            periods = rule.periods,
            value = context.value,
            fields = context.fields,
            tags = {},
            message = message_of(alarm, rule, found),
        }
    end
end

local function label_alerts(alerts, status)
    local label = gse_utils.label(status)
    for i = 1, #alerts do alerts[i].severity = label end
end

function Alarm:state(matches, absences)
    if self.operator == "and" then
        if absences > 0 then return self.no_data end
        if matches == #self.rules and matches > 0 then return self.severity end
    elseif self.operator == "or" then
        if matches > 0 then return self.severity end
        if absences > 0 then return self.no_data end
    end
    return OKAY
end

local NO_ALERTS = {}

-- evaluate gives the alarm's status at a time in ns (nil when it is skipped for want of data), a
-- list of what is wrong, and whether every rule had data.
function Alarm:evaluate(now)
    local matches, absences, alerts = 0, 0, nil
    local rules = self.rules
    for i = 1, #rules do
        local rule = rules[i]
        local found, contexts = rule:evaluate(now)
        if found ~= NO_MATCH then
            if found == MATCH then matches = matches + 1 else absences = absences + 1 end
        end
        if contexts[1] then
            alerts = alerts or {}
            add_alerts(alerts, self, rule, found, contexts)
        end
    end
    if matches == 0 and absences == 0 then return OKAY, NO_ALERTS, true end
    local status = self:state(matches, absences)
    if status == SKIP then return nil, NO_ALERTS, false end
    if status == OKAY or not alerts then return status, NO_ALERTS, absences == 0 end
    label_alerts(alerts, status)
    return status, alerts, absences == 0
end

return M
