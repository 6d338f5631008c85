-- One rule of an alarm: a metric, which of its series it watches, a function over a window and a threshold.

local gse_utils = require "gse_utils"
local afd_window = require "afd_window"
local value_matching = require "value_matching"
local table_utils = require "table_utils"
local table = require "table"
local tonumber, tostring, ipairs, error, setmetatable = tonumber, tostring, ipairs, error, setmetatable
local aligned = afd_window.aligned

local M = {}
local Rule = {}
Rule.__index = Rule

-- What a rule finds.
M.MATCH, M.NO_MATCH, M.NO_DATA, M.MISSING_DATA = "match", "no match", "no data", "missing data"

-- A rule takes in so many series at most: a field of endless values must not eat the memory.
M.MAX_SERIES = 10000

local function positive(value, default)
    value = tonumber(value)
    if value == nil or value <= 0 then return default end
    return value
end

local function matchers_of(fields)
    local list = {}
    for name, expression in table_utils.orderedPairs(fields or {}) do
        list[#list + 1] = { name = name, matcher = value_matching.new(expression) }
    end
    return list
end

-- identity names the datapoints that a rule needs: rules that need the same share them.
local function identity(rule)
    local parts = { rule.metric, rule.func, rule.window, rule.periods, tostring(rule.value) }
    if rule.func == "roc" then parts[#parts + 1] = rule.threshold end
    for _, name in ipairs(table_utils.sorted_keys(rule.fields)) do
        parts[#parts + 1] = "(" .. name .. "=" .. tostring(rule.fields[name]) .. ")"
    end
    return table.concat(parts, "/") .. "//" .. table.concat(rule.group_by, "/")
end

-- new makes a rule of its definition; it raises an error for a mistake in it.
function M.new(def)
    local rule = {
        metric = def.metric,
        func = def["function"],
        operator = def.relational_operator,
        threshold = tonumber(def.threshold),
        window = positive(def.window, 10),
        periods = positive(def.periods, 1),
        value = def.value,
        fields = def.fields or {},
        group_by = def.group_by or {},
    }
    if not rule.metric then error("a rule has no metric") end
    if not afd_window.known(rule.func) then error("unknown function " .. tostring(rule.func)) end
    if not rule.threshold then error("the threshold of a rule over " .. rule.metric .. " is not a number") end
    rule.compare = gse_utils.comparison(rule.operator)
    rule.matchers = matchers_of(rule.fields)
    rule.plan = afd_window.plan(rule.func, rule.window, rule.periods, rule.threshold)
    rule.by_group, rule.known = {}, 0
    rule.fed = {} -- the series that have had a point
    rule.id = identity(rule)
    return setmetatable(rule, Rule)
end

-- share lets the rule use the series of another one with the same identity.
function Rule:share(other) self.owner = other.owner or other end

-- field_names lists the fields that a message must have for the rule.
function Rule:field_names()
    local names = {}
    for _, m in ipairs(self.matchers) do names[#names + 1] = m.name end
    for _, name in ipairs(self.group_by) do
        if not table_utils.item_find(name, names) then names[#names + 1] = name end
    end
    return names
end

function Rule:accepts(fields)
    local applied = #self.matchers == 0
    for _, m in ipairs(self.matchers) do
        local value = fields[m.name]
        if value ~= nil then
            applied = true
            if not m.matcher:matches(value) then return false end
        end
    end
    return applied
end

-- series_of is the series that a point with these fields belongs to, nil for none, false when
-- there are too many already.
function Rule:series_of(fields)
    if not self:accepts(fields) then return nil end
    local key, own = "", self.fields
    if #self.group_by > 0 then
        own = {}
        for _, name in ipairs(self.group_by) do
            if fields[name] ~= nil then
                own[name] = fields[name]
                key = key .. "/" .. tostring(fields[name])
            end
        end
        for _, m in ipairs(self.matchers) do own[m.name] = fields[m.name] end
    end
    return self.by_group[key] or self:new_series(key, own)
end

function Rule:new_series(key, fields)
    if self.known >= M.MAX_SERIES then return false end
    local window = afd_window.new(self.func, self.plan)
    local series = { put = window.put, read = window.read, fields = fields, value = self.value, rule = self }
    self.by_group[key], self.known = series, self.known + 1
    return series
end

-- take adds a point to a series. ns is the point's time.
function M.take(series, ns, value)
    local row, newest = aligned(ns), series.newest
    if not newest then
        local fed = series.rule.fed
        fed[#fed + 1], series.newest = series, row
    elseif row > newest then
        series.newest = row
    end
    series.put(ns, value)
end

-- read_all brings the values of all series up to now, once for all rules that share them.
function Rule:read_all(now)
    if self.read_at == now then return end
    self.read_at = now
    local span = self.plan.span
    for i = 1, #self.fed do
        local s = self.fed[i]
        s.result, s.anomaly = nil, nil
        if now - s.newest <= span then
            s.result, s.anomaly = s.read(now)
            if s.result ~= s.result then s.result = nil end
        end
    end
end

local NO_CONTEXTS = {}

-- evaluate gives what the rule finds at a time in ns, and a list of {value, fields} about it.
function Rule:evaluate(now)
    local store = self.owner or self
    store:read_all(now)
    local series, compare, threshold = store.fed, self.compare, self.threshold
    local contexts, matched, missing
    for i = 1, #series do
        local s = series[i]
        local value, hit = s.result, nil
        if value == nil then
            missing, hit, value = true, true, -1
        elseif s.anomaly ~= nil and s.anomaly or s.anomaly == nil and compare(value, threshold) then
            matched, hit = true, true
        end
        if hit then
            contexts = contexts or {}
            contexts[#contexts + 1] = { value = value, fields = s.fields }
        end
    end
    if matched then return M.MATCH, contexts end
    if missing then return M.MISSING_DATA, contexts end
    if #series > 0 then return M.NO_MATCH, NO_CONTEXTS end
    return M.NO_DATA, { { value = -1, fields = self.fields } }
end

return M
