-- Anomaly and fault detection: keeps the datapoints that alarms are about, and tells every
-- ticker_interval the status of each member of a cluster on this host.
--
-- One AFD, as the original has one filter for each (all but the last two required):
--   afd_type           "node" or "service"
--   afd_cluster_name   the cluster it belongs to
--   afd_logical_name   the member of the cluster that it is about
--   afd_file           module with the list of its alarms, in order of evaluation
--   hostname           name of this host
--   activate_alerting  false: the status is not to be notified of; default true
-- Or all AFDs of a host in one filter:
--   definitions        JSON {"groups":[{type, cluster, member, alerting, alarms:[…]}]}
--   hostname
--   early              true: an alarm is OKAY as soon as it has data that are; default false
--   only_seen          true: nothing is said of an AFD that never had a datapoint; default false

local cjson = require "cjson"
local math = require "math"
local os = require "os"
local string = require "string"
local table = require "table"
local afd = require "afd"
local afd_rule = require "afd_rule"
local afd_window = require "afd_window"
local lma_utils = require "lma_utils"
local put, take, learn = afd_window.put, afd_window.take, afd_window.learn

local hostname = read_config("hostname") or error("hostname must be specified!")
local early = read_config("early") == true
local only_seen = read_config("only_seen") == true

local function configured_group()
    local kind = read_config("afd_type") or error("afd_type must be specified!")
    local cluster = read_config("afd_cluster_name") or error("afd_cluster_name must be specified!")
    local member = read_config("afd_logical_name") or error("afd_logical_name must be specified!")
    local file = read_config("afd_file") or error("afd_file must be specified")
    local alarms = require(file)
    return { type = kind, cluster = cluster, member = member, alerting = read_config("activate_alerting"), alarms = alarms }
end

local function load_groups()
    local definitions = read_config("definitions")
    local list = definitions and cjson.decode(definitions).groups or { configured_group() }
    local groups = {}
    for i, def in ipairs(list) do
        if not afd.known_kind(def.type) then error("afd_type must be node or service, not " .. tostring(def.type)) end
        def.hostname = hostname
        groups[i] = afd.new(def, def.alarms)
    end
    return groups
end

-- groups are the AFDs. watchers are what is needed of a message, by the metric's name: for each AFD that watches the
-- metric the fields that a message must have and the rules. routes are those of messages with one number, for those that
-- come again: nearly all.
local groups, watchers, routes

local function watch(metric, group, rule)
    local list = watchers[metric] or { fields = {} }
    watchers[metric] = list
    local last = list[#list]
    if not last or last.group ~= group then
        last = { group = group, rules = {}, fields = {} }
        list[#list + 1] = last
    end
    last.rules[#last.rules + 1] = rule
    for _, name in ipairs(rule:field_names()) do
        last.fields[name], list.fields[name] = true, true
    end
end

-- begin makes all of them, without datapoints.
local function begin()
    groups, watchers, routes = load_groups(), {}, afd_window.routes()
    local owners = {}
    for _, group in ipairs(groups) do
        group:each_rule(function(rule)
            local owner = owners[rule.id]
            if owner then rule:share(owner) else owners[rule.id] = rule end
            watch(rule.metric, group, owner or rule)
        end)
    end
    for _, group in ipairs(groups) do group:prepare() end
    for _, list in pairs(watchers) do
        list.names = {}
        for name in pairs(list.fields) do list.names[#list.names + 1] = name end
        table.sort(list.names)
        list.known, list.remembered = {}, 0
    end
end

begin()

-- A route is what becomes of points with the same fields: the series they go to, the AFDs that see
-- them, and which field they lack. Routes are remembered by the fields' values.
local MAX_ROUTES = 20000
local ABSENT, NOT_A_NUMBER = {}, {} -- stand for values that are no keys

local function first_missing(names, fields)
    for _, name in ipairs(names) do
        if fields[name] == nil then return name end
    end
    return nil
end

local function lacks(watcher, fields)
    for name in pairs(watcher.fields) do
        if fields[name] == nil then return true end
    end
    return false
end

local function find_route(metric, list, fields)
    local route, taken, refused = { metric = metric, series = {}, windows = {}, groups = {} }, {}, 0
    for _, watcher in ipairs(list) do
        if lacks(watcher, fields) then
            refused = refused + 1
        else
            route.groups[#route.groups + 1] = watcher.group
            for _, rule in ipairs(watcher.rules) do
                local series = rule:series_of(fields)
                if series == false then
                    route.error = "more than " .. afd_rule.MAX_SERIES .. " series of the metric " .. metric
                elseif series and not taken[series] then
                    taken[series] = true
                    route.series[#route.series + 1] = series
                    route.windows[#route.windows + 1] = series.window
                end
            end
        end
    end
    if refused == #list then
        local missing = first_missing(list.names, fields)
        route.error = "Cannot find Fields[" .. missing .. "] for the metric " .. metric
    end
    return route
end

local function remember(metric, list, key, fields)
    local route = find_route(metric, list, fields)
    if list.remembered >= MAX_ROUTES then list.known, list.remembered = {}, 0 end
    list.known[key], list.remembered = route, list.remembered + 1
    return route
end

local function route_of(metric, list, read_field)
    local names = list.names
    local only = names[1]
    if not only then
        list.route = list.route or remember(metric, list, "", {})
        return list.route
    end
    if not names[2] then
        local value = read_field(only)
        local key = value
        if value == nil or value ~= value then key = value == nil and ABSENT or NOT_A_NUMBER end
        return list.known[key] or remember(metric, list, key, { [only] = value })
    end
    local key, fields = "", {}
    for i = 1, #names do
        local value = read_field(names[i])
        fields[names[i]] = value
        key = key .. "\0" .. tostring(value)
    end
    return list.known[key] or remember(metric, list, key, fields)
end

local function no_number(route, value)
    return "The value of the metric " .. route.metric .. " is not a number: " .. tostring(value)
end

local function usable(value) return type(value) == "number" and value - value == 0 end

-- What is said of a point that lies ahead of the clock: it would hide those that follow until its time has come.
local function ahead(route, ns)
    return string.format("The time of the metric %s is %.0f s ahead of this host's clock: check the clocks",
        route.metric, ns / 1e9 - os.time())
end

-- feed_named gives a point of several named values to the series that are about one of them. It gives what is wrong.
local function feed_named(route, ns, values)
    local bad
    for _, s in ipairs(route.series) do
        local v
        if s.value then v = values[s.value] end
        if usable(v) then
            if not put({ s.window }, ns, v) then bad = ahead(route, ns) end
        elseif v ~= nil then
            bad = no_number(route, v)
        end
    end
    return bad
end

-- feed gives a point to its series. value is a number, or a table of named ones. It gives what is wrong.
local function feed(route, ns, value)
    if not route.seen then
        route.seen = true
        for _, group in ipairs(route.groups) do group.seen = true end
    end
    if type(value) == "table" then return feed_named(route, ns, value) end
    if not usable(value) then return no_number(route, value) end
    if not put(route.windows, ns, value) then return ahead(route, ns) end
    return nil
end

local field_paths = setmetatable({}, { __index = function(t, name)
    t[name] = "Fields[" .. name .. "]"
    return t[name]
end })

local function message_field(name) return read_message(field_paths[name]) end

local function take_point(metric, list, read_field, ns, value)
    local route = route_of(metric, list, read_field)
    if route.error then return -1, route.error end
    local bad = feed(route, ns, value)
    if bad then return -1, bad end
    return 0, nil, route
end

-- take_bulk takes in the datapoints of a bulk message.
local function take_bulk()
    local ok, points = pcall(cjson.decode, read_message("Payload"))
    if not ok or type(points) ~= "table" then return -1, "Invalid payload value for bulk metric" end
    local ns, host = read_message("Timestamp"), read_message("Fields[hostname]")
    local status, text = 0, nil
    for _, point in pairs(points) do -- a null leaves a hole
        local list = type(point) == "table" and type(point.name) == "string" and watchers[point.name]
        if list then
            local tags = type(point.tags) == "table" and point.tags or {}
            local function read_tag(name)
                if tags[name] == nil and name == "hostname" then return host end
                return tags[name]
            end
            local s, err = take_point(point.name, list, read_tag, ns, point.value or point.values)
            if s ~= 0 then status, text = s, err end
        end
    end
    return status, text
end

function process_message()
    if take(routes) then return 0 end
    local metric = read_message("Fields[name]")
    local list = watchers[metric]
    if not list then
        if metric == nil then
            if string.find(read_message("Type"), "bulk_metric$") then return take_bulk() end
        end
        return 0
    end
    local value = read_message("Fields[value]")
    if value == nil then
        local ok
        ok, value = lma_utils.get_values_from_metric()
        if not ok then return -1, value end
    end
    local status, text, route = take_point(metric, list, message_field, read_message("Timestamp"), value)
    if status == 0 and type(value) == "number" then learn(routes, list.names, route.windows) end
    return status, text
end

local start, last_tick -- ns

-- A clock that was set back by more than this leaves windows of a time that is not yet: their datapoints hide the new ones.
local SET_BACK = 30e9

local function begin_anew(ns)
    local before = groups
    begin()
    for i, group in ipairs(groups) do group.seen = before[i].seen end
    start = ns
end

function timer_event(ns)
    if last_tick and last_tick - ns > SET_BACK then begin_anew(ns) end
    start, last_tick = math.min(start or ns, ns), ns
    local at = lma_utils.convert_to_sec(ns) * 1e9
    for i = 1, #groups do
        local group = groups[i]
        if group.seen or not only_seen then
            local status, alerts = group:evaluate(ns, start, early)
            if status then group:report(at, status, alerts) end
        end
    end
end
