-- GSE (global status evaluation): the clusters of one level, which of them a report is for, the
-- order in which they are evaluated, and the message that tells a cluster's status.

local afd = require "afd"
local gse_cluster = require "gse_cluster"
local gse_policy = require "gse_policy"
local gse_utils = require "gse_utils"
local lma_utils = require "lma_utils"
local table_utils = require "table_utils"
local math = require "math"
local ipairs, tostring, error, setmetatable = ipairs, tostring, error, setmetatable

local M = {}
local Level = {}
Level.__index = Level

-- ordered lists clusters alphabetically, but each after its hints where there is no circle.
local function ordered(clusters)
    local list, placed = {}, {}
    local function place(name)
        if placed[name] or not clusters[name] then return end
        placed[name] = true
        for _, hint in ipairs(clusters[name].hints) do place(hint) end
        list[#list + 1] = clusters[name]
    end
    for _, name in ipairs(table_utils.sorted_keys(clusters)) do place(name) end
    return list
end

-- new makes a level of definitions by name. timeout is in ns. It raises an error for a mistake.
function M.new(cluster_defs, policy_defs, timeout)
    local level = { clusters = {}, by_member = {} }
    for name, def in table_utils.orderedPairs(cluster_defs) do
        local entries = policy_defs[def.policy]
        if not entries then error("cluster " .. name .. ": unknown policy " .. tostring(def.policy)) end
        local cluster = gse_cluster.new(name, def, gse_policy.new(def.policy, entries), timeout)
        level.clusters[name] = cluster
        for _, member in ipairs(cluster.members) do
            local list = level.by_member[member] or {}
            level.by_member[member] = list
            list[#list + 1] = cluster
        end
    end
    level.order = ordered(level.clusters)
    return setmetatable(level, Level)
end

-- find_cluster is a cluster by name; clusters_of lists those that have a member of that name.
function Level:find_cluster(name) return self.clusters[name] end

function Level:clusters_of(member) return self.by_member[member] or {} end

-- evaluate brings a cluster up to date at a time in ns.
function Level:evaluate(cluster, now)
    cluster:refresh(now)
    if cluster.status == gse_utils.OKAY then return end
    for _, name in ipairs(cluster.hints) do
        local hint = self.clusters[name]
        if hint then cluster:add_hints(hint) end
    end
end

-- report injects the status of a cluster. about has message_type, metric, source, interval (s) and alerting.
function M.report(cluster, about, now)
    local msg = {
        Type = about.message_type,
        Timestamp = math.floor(now / 1e9) * 1e9,
        Payload = afd.payload(cluster.alarms),
        Fields = {
            name = about.metric,
            value = cluster.status,
            cluster_name = cluster.name,
            tag_fields = { "cluster_name" },
            interval = about.interval,
            source = about.source,
        },
    }
    if about.alerting == false or cluster.alerting == false then msg.Fields.no_alerting = true end
    lma_utils.inject_tags(msg)
    return lma_utils.safe_inject_message(msg)
end

return M
