-- One cluster: what its members last reported, grouped by host or by member, and the status that
-- its policy makes of the groups.

local gse_utils = require "gse_utils"
local table_utils = require "table_utils"
local math = require "math"
local string = require "string"
local ipairs, pairs, type, setmetatable, next = ipairs, pairs, type, setmetatable, next

local M = {}
local Cluster = {}
Cluster.__index = Cluster

local ANY_HOST = "__anyhost__"

-- A report that nobody renewed for so long is forgotten: its host is gone for good.
M.FORGET_AFTER = 24 * 3600 * 1e9

-- new makes a cluster. policy is a gse_policy; timeout is in ns: an older report says nothing any more.
function M.new(name, def, policy, timeout)
    local cluster = {
        name = name,
        members = def.members or {},
        is_member = {},
        hints = def.hints or {},
        group_by = def.group_by,
        alerting = def.alerting,
        policy = policy,
        timeout = timeout,
        facts = {},
        seen = false,
        status = gse_utils.UNKW,
        direct = {}, -- alarms of its own members
        alarms = {}, -- these and those of its hints
    }
    for _, member in ipairs(cluster.members) do cluster.is_member[member] = true end
    return setmetatable(cluster, Cluster)
end

-- needs_host tells whether a report without a host name is of no use.
function Cluster:needs_host() return self.group_by ~= "member" end

-- keys of a fact: its group and its place in the group.
function Cluster:keys(member, hostname)
    if self.group_by == "hostname" then return hostname, member end
    return member, hostname or ANY_HOST
end

local function tagged(alarms, member, hostname)
    local list = {}
    for i, alarm in ipairs(alarms) do
        local copy = table_utils.deepcopy(alarm)
        copy.tags = type(copy.tags) == "table" and copy.tags or {}
        copy.tags.dependency_name, copy.tags.dependency_level = member, "direct"
        if hostname then copy.hostname = hostname end
        list[i] = copy
    end
    return list
end

-- add_fact stores what a member reported; now is in ns. It tells whether it is a member at all.
function Cluster:add_fact(now, member, hostname, status, alarms)
    if not self.is_member[member] then return false end
    local group, key = self:keys(member, hostname)
    local facts = self.facts[group] or {}
    self.facts[group] = facts
    self.seen = true
    facts[key] = {
        status = status,
        alarms = status ~= gse_utils.OKAY and tagged(alarms, member, self.group_by == "hostname" and hostname) or {},
        member = member,
        hostname = hostname,
        at = now,
    }
    return true
end

-- complete tells whether every member has reported.
function Cluster:complete()
    local reported = {}
    for _, facts in pairs(self.facts) do
        for _, fact in pairs(facts) do reported[fact.member] = true end
    end
    for _, member in ipairs(self.members) do
        if not reported[member] then return false end
    end
    return true
end

local function silence(fact, timeout)
    local from = fact.hostname and " on " .. fact.hostname or ""
    local seconds = math.floor(timeout / 1e9)
    return {
        severity = gse_utils.label(gse_utils.UNKW),
        ["function"] = "last",
        metric = fact.member,
        operator = "==",
        threshold = 0,
        window = seconds,
        periods = 1,
        value = -1,
        fields = {},
        tags = { dependency_name = fact.member, dependency_level = "direct" },
        hostname = fact.hostname,
        message = string.format("No report of %s%s has been received over the last %d seconds", fact.member, from, seconds),
    }
end

function Cluster:fact_status(fact, now, alarms)
    local status, list = fact.status, fact.alarms
    if now - fact.at > self.timeout then
        status, list = gse_utils.UNKW, { silence(fact, self.timeout) }
    end
    if status ~= gse_utils.OKAY then
        for i = 1, #list do alarms[#alarms + 1] = list[i] end
    end
    return status
end

function Cluster:group_status(facts, now, alarms)
    local worst
    for key, fact in table_utils.orderedPairs(facts) do
        if now - fact.at > M.FORGET_AFTER then
            facts[key] = nil
        else
            worst = gse_utils.max_status(worst, self:fact_status(fact, now, alarms))
        end
    end
    return worst
end

-- refresh brings the status and the alarms behind it up to date.
function Cluster:refresh(now)
    local histogram, alarms = {}, {}
    for group, facts in table_utils.orderedPairs(self.facts) do
        local status = self:group_status(facts, now, alarms)
        if status then histogram[status] = (histogram[status] or 0) + 1 end
        if next(facts) == nil then self.facts[group] = nil end
    end
    self.status = self.policy:status(histogram)
    self.direct = self.status ~= gse_utils.OKAY and alarms or {}
    self.alarms = {}
    for i = 1, #self.direct do self.alarms[i] = self.direct[i] end
end

-- add_hints appends to the alarms those of another cluster that may explain them.
function Cluster:add_hints(hint)
    for _, alarm in ipairs(hint.direct) do
        local tags = type(alarm.tags) == "table" and alarm.tags or {}
        if not self.is_member[tags.dependency_name] then
            local copy = table_utils.deepcopy(alarm)
            copy.tags.dependency_name, copy.tags.dependency_level = hint.name, "hint"
            self.alarms[#self.alarms + 1] = copy
        end
    end
end

return M
