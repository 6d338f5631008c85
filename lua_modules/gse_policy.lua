-- A policy makes one status of the statuses of a cluster's groups: the first of its entries that
-- holds. An entry counts groups, or takes their percentage, by status.

local gse_utils = require "gse_utils"
local string = require "string"
local ipairs, tonumber, tostring, error, setmetatable = ipairs, tonumber, tostring, error, setmetatable

local M = {}
local Policy = {}
Policy.__index = Policy

local function rule_of(policy, def)
    local func = def["function"]
    if func ~= "count" and func ~= "percent" then
        error("policy " .. policy .. ": unknown function " .. tostring(func))
    end
    local rule = {
        percent = func == "percent",
        compare = gse_utils.comparison(def.relational_operator),
        threshold = tonumber(def.threshold),
        statuses = {},
    }
    if not rule.threshold then error("policy " .. policy .. ": a threshold is not a number") end
    for i, word in ipairs(def.arguments or {}) do
        rule.statuses[i] = word == string.lower(tostring(word)) and gse_utils.status_of(word)
            or error("policy " .. policy .. ": unknown status " .. tostring(word))
    end
    return rule
end

-- new makes a policy of its definition, a list of entries; it raises an error for a mistake in it.
function M.new(name, definition)
    local policy = { name = name, entries = {} }
    for i, def in ipairs(definition) do
        local trigger = def.trigger or {}
        local entry = {
            status = gse_utils.status_of(def.status)
                or error("policy " .. name .. ": unknown status " .. tostring(def.status)),
            all = string.lower(trigger.logical_operator or "or") == "and",
            rules = {},
        }
        for j, rule in ipairs(trigger.rules or {}) do entry.rules[j] = rule_of(name, rule) end
        policy.entries[i] = entry
    end
    return setmetatable(policy, Policy)
end

local function holds(rule, histogram, total)
    local n = 0
    for _, status in ipairs(rule.statuses) do n = n + (histogram[status] or 0) end
    if rule.percent then n = 100 * n / total end
    return rule.compare(n, rule.threshold)
end

local function entry_holds(entry, histogram, total)
    if #entry.rules == 0 then return true end
    for _, rule in ipairs(entry.rules) do
        if holds(rule, histogram, total) ~= entry.all then return not entry.all end
    end
    return entry.all
end

-- status gives the cluster's status by the number of groups in each status. Of no group nothing is known.
function Policy:status(histogram)
    local total = 0
    for _, status in ipairs({ gse_utils.OKAY, gse_utils.WARN, gse_utils.UNKW, gse_utils.CRIT, gse_utils.DOWN }) do
        total = total + (histogram[status] or 0)
    end
    if total == 0 then return gse_utils.UNKW end
    for _, entry in ipairs(self.entries) do
        if entry_holds(entry, histogram, total) then return entry.status end
    end
    return gse_utils.UNKW
end

return M
