-- Global status evaluation: rolls the statuses of members (from AFD filters, or from other levels
-- of this filter) up into the status of clusters.
--
--   output_message_type  type of the messages it makes, without "heka.sandbox."
--   output_metric_name   their metric name
--   source               their source
--   interval             s between two reports of a cluster
--   member_field         field of a report that names the member
--   cluster_field        field that names the cluster; without it all clusters with that member
--   topology_file, policies_file   modules with the definitions, as the original has them
--   definitions          or both as JSON {"clusters":{…}, "policies":{…}}
--   max_inject           clusters reported in one tick of 1 s; default 10
--   warm_up_period       s without reports after the start; default 0
--   fact_timeout         s after which a member that says nothing is UNKNOWN; default 180
--   activation           "pacemaker": works where the resource vip__management is; "always"; default pacemaker
--   early                true: a cluster is reported before the warm-up is over if all members have reported
--   only_seen            true: nothing is said of a cluster that never got a report
--   activate_alerting    false: the statuses are not to be notified of; default true

local cjson = require "cjson"
local math = require "math"
local gse = require "gse"

local function required(name) return read_config(name) or error(name .. " must be specified!") end

local member_field = "Fields[" .. required("member_field") .. "]"
local cluster_field = read_config("cluster_field")
cluster_field = cluster_field and "Fields[" .. cluster_field .. "]"

local about = {
    message_type = required("output_message_type"),
    metric = required("output_metric_name"),
    source = required("source"),
    interval = required("interval"),
    alerting = read_config("activate_alerting"),
}
local interval = about.interval * 1e9
local max_inject = read_config("max_inject") or 10
local warm_up = (read_config("warm_up_period") or 0) * 1e9
local timeout = (read_config("fact_timeout") or 180) * 1e9
local early = read_config("early") == true
local only_seen = read_config("only_seen") == true
local active = read_config("activation") == "always"

local function load_definitions()
    local definitions = read_config("definitions")
    if definitions then
        definitions = cjson.decode(definitions)
        return definitions.clusters, definitions.policies
    end
    local topology = require(required("topology_file"))
    local policies = require(required("policies_file"))
    return topology.clusters or topology, policies.policies or policies
end

local clusters, policies = load_definitions()
local level = gse.new(clusters, policies, timeout)

local clock, first, last_report -- ns
local cursor = 1

local NO_ALARMS = {}

local function is_list_of_tables(list)
    if type(list) ~= "table" then return false end
    for _, item in pairs(list) do
        if type(item) ~= "table" then return false end
    end
    return true
end

local function read_alarms()
    local payload = read_message("Payload")
    if payload == '{"alarms":[]}' then return NO_ALARMS end
    local ok, decoded = pcall(cjson.decode, payload)
    if ok and type(decoded) == "table" and is_list_of_tables(decoded.alarms) then return decoded.alarms end
    return nil
end

local function valid_status(value)
    return value == 0 or value == 1 or value == 2 or value == 3 or value == 4
end

local function follow_vip()
    if read_message("Hostname") == read_message("Fields[hostname]") then
        active = read_message("Fields[value]") == 1
    end
    return 0
end

-- name_of is the text of a field that names something, nil where there is none.
local function name_of(field)
    local name = read_message(field)
    if name == nil or type(name) == "string" then return name end
    return tostring(name)
end

local function target_clusters(member)
    if not cluster_field then return level:clusters_of(member) end
    local name = name_of(cluster_field)
    if not name then return nil end
    local cluster = level:find_cluster(name)
    return cluster and { cluster } or {}
end

function process_message()
    if read_message("Fields[name]") == "pacemaker_local_resource_active"
        and read_message("Fields[resource]") == "vip__management" then
        return follow_vip()
    end
    local member = name_of(member_field)
    if not member then return -1, "Cannot find entity's name in the AFD/GSE message" end
    local status = read_message("Fields[value]")
    if not status then return -1, "Cannot find entity's status in the AFD/GSE message" end
    if not valid_status(status) then return -1, "Invalid entity's status in the AFD/GSE message: " .. tostring(status) end
    local alarms = read_alarms()
    if not alarms then return -1, "Cannot find entity's alarms in the AFD/GSE message" end
    local targets = target_clusters(member)
    if not targets then return -1, "Cannot find the name of the cluster in the AFD/GSE message" end
    local hostname = name_of("Fields[hostname]")
    for _, cluster in ipairs(targets) do
        if not hostname and cluster:needs_host() then
            return -1, "Cannot find Fields[hostname] in the AFD/GSE message"
        end
        cluster:add_fact(clock or 0, member, hostname, status, alarms)
    end
    return 0
end

local function to_report(cluster, warm)
    if only_seen and not cluster.seen then return false end
    return warm or early and cluster:complete()
end

-- report_some reports at most max_inject clusters, beginning where the last tick ended.
local function report_some(ns, warm)
    local sent, full = 0, false
    while sent < max_inject and cursor <= #level.order and not full do
        local cluster = level.order[cursor]
        level:evaluate(cluster, ns)
        if to_report(cluster, warm) then
            -- the host may take fewer messages than max_inject: the rest follows at the next tick
            full = gse.report(cluster, about, ns) ~= 0 and sent > 0
            sent = sent + 1
        end
        if not full then cursor = cursor + 1 end
    end
    last_report = ns
    if sent < max_inject then cursor = 1 end
end

-- begin gives the reports that there are the time of the first tick, or of one after the clock was set back.
local function begin(ns)
    if first then first, last_report = math.min(first, ns), nil end
    for _, cluster in ipairs(level.order) do
        for _, facts in pairs(cluster.facts) do
            for _, fact in pairs(facts) do fact.at = ns end
        end
    end
end

function timer_event(ns)
    if not clock or ns < clock then begin(ns) end
    clock = ns
    if not active then return end
    if not first then
        first = ns
        return
    end
    local warm = ns - first > warm_up
    if not warm and not early then return end
    if cursor == 1 and last_report and ns - last_report < interval then return end
    report_some(ns, warm)
end
