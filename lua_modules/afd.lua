-- One AFD (anomaly and fault detection): an ordered list of alarms that together give the status of
-- a member of a cluster on this host, and the message that says so.

local cjson = require "cjson"
local gse_utils = require "gse_utils"
local afd_alarm = require "afd_alarm"
local afd_message = require "afd_message"
local afd_window = require "afd_window"
local lma_utils = require "lma_utils"
local string = require "string"
local table = require "table"
local inject_message = inject_message
local ipairs, pairs, pcall, tostring, setmetatable = ipairs, pairs, pcall, tostring, setmetatable
local quiet, OKAY = afd_window.quiet, gse_utils.OKAY

local M = {}
for name, f in pairs(afd_message) do M[name] = f end

local Group = {}
Group.__index = Group

-- The payload's limit in bytes: what is left of a sandbox's output for the rest of a message.
M.MAX_PAYLOAD = 56 * 1024

local KINDS = {
    node = { message_type = "afd_node_metric", metric = "node_status", cluster_field = "node_role" },
    service = { message_type = "afd_service_metric", metric = "service_status", cluster_field = "service" },
}

-- known_kind tells whether there are AFDs of that type: node or service.
function M.known_kind(kind) return KINDS[kind] ~= nil end

-- new makes an AFD. about has type, cluster, member, hostname and alerting; alarms is the list of definitions.
function M.new(about, alarms)
    local group = { about = about, alarms = {}, seen = false }
    for i, def in ipairs(alarms) do group.alarms[i] = afd_alarm.new(def) end
    return setmetatable(group, Group)
end

-- prepare is called when the rules share what they can.
function Group:prepare()
    self.checks = {}
    self:each_rule(function(rule) self.checks[#self.checks + 1] = rule.check end)
end

-- all_due tells whether every alarm has been watched for long enough.
function Group:all_due(now, start)
    if self.due then return true end
    for _, alarm in ipairs(self.alarms) do
        if not alarm:due(now, start) then return false end
    end
    self.due = true
    return true
end

-- each_rule calls f for each rule of each alarm.
function Group:each_rule(f)
    for _, alarm in ipairs(self.alarms) do
        for _, rule in ipairs(alarm.rules) do f(rule) end
    end
end

-- settled evaluates an alarm that is not yet due: all is well if it has data and they are well, it is
-- left out if it is skipped, else nobody knows yet, as the last result says.
local function settled(alarm, now)
    local status, alerts, complete = alarm:evaluate(now)
    if complete and status == OKAY then return status, alerts, false end
    return nil, nil, status ~= nil
end

-- evaluate gives the status at a time in ns and what is wrong; nil when it is not known yet. start is when
-- watching began. With early, an alarm counts before its first window is over if all is well.
function Group:evaluate(now, start, early)
    if (early or self.due or self:all_due(now, start)) and quiet(self.checks, now) then return OKAY end
    local status, all, pending = nil, nil, false
    for i = 1, #self.alarms do
        local alarm = self.alarms[i]
        local s, alerts
        if alarm:due(now, start) then
            s, alerts = alarm:evaluate(now)
        elseif early then
            local unsure
            s, alerts, unsure = settled(alarm, now)
            pending = pending or unsure
        end
        if s then
            status = gse_utils.max_status(status, s)
            if alerts[1] then
                all = all or {}
                for j = 1, #alerts do all[#all + 1] = alerts[j] end
            end
            if status ~= OKAY and status ~= gse_utils.UNKW then return status, all end
        end
    end
    if pending then return nil end
    return status, all
end

local EMPTY = '{"alarms":[]}'

local function note(alert, text)
    local short = {}
    for k, v in pairs(alert) do short[k] = v end
    short.message = text
    return short
end

local function short(value) return string.sub(tostring(value), 1, 255) end

-- encode is the JSON of an alert; of one that is too large, or holds what JSON has no form of, what can be told of it.
local function encode(alert)
    return lma_utils.safe_json_encode(alert) or cjson.encode({
        severity = short(alert.severity), ["function"] = short(alert["function"]), metric = short(alert.metric),
        operator = short(alert.operator), threshold = 0, value = 0, fields = {}, tags = {},
        message = short(alert.message) .. " (its fields cannot be shown)",
    })
end

-- payload is the JSON of a list of alerts; what does not fit is counted in a last one.
function M.payload(alerts)
    if not alerts or #alerts == 0 then return EMPTY end
    local parts, size = {}, 16
    for i = 1, #alerts do
        local json = encode(alerts[i])
        size = size + #json + 1
        if size > M.MAX_PAYLOAD then
            parts[i] = encode(note(alerts[i], string.format("and %d more alarms that are not listed", #alerts - i + 1)))
            break
        end
        parts[i] = json
    end
    return '{"alarms":[' .. table.concat(parts, ",") .. "]}"
end

local function message_for(about)
    local kind = KINDS[about.type]
    local msg = {
        Type = kind.message_type,
        Fields = {
            name = kind.metric,
            [kind.cluster_field] = about.cluster,
            source = about.member,
            hostname = about.hostname,
            tag_fields = { kind.cluster_field, "source", "hostname" },
        },
    }
    if about.alerting == false then msg.Fields.no_alerting = true end
    lma_utils.inject_tags(msg)
    return msg
end

-- report injects the status message; at is its time in ns. It gives 0, or -1 and why it could not.
function Group:report(at, status, alerts)
    local msg = self.message or message_for(self.about)
    self.message = msg
    msg.Timestamp = at
    msg.Fields.value = status
    msg.Payload = alerts and M.payload(alerts) or EMPTY
    local ok, err = pcall(inject_message, msg)
    if ok then return 0 end
    return -1, tostring(err)
end

return M
