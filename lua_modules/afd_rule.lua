-- One rule of an alarm: a metric, which of its series it watches, a function over a window and a threshold.

local afd_window = require "afd_window"
local value_matching = require "value_matching"
local table_utils = require "table_utils"
local table = require "table"
local tonumber, tostring, ipairs, error, setmetatable = tonumber, tostring, ipairs, error, setmetatable

local M = {}
local Rule = {}
Rule.__index = Rule

-- What a rule finds: the numbers that a window's test gives.
M.NO_MATCH, M.MATCH, M.MISSING_DATA, M.NO_DATA = 0, 1, 2, 3
local NO_MATCH, MATCH, MISSING_DATA, NO_DATA = 0, 1, 2, 3

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
        operator = tostring(def.relational_operator),
        threshold = tonumber(def.threshold),
        window = positive(def.window, 10),
        periods = positive(def.periods, 1),
        value = def.value,
        fields = def.fields or {},
        group_by = def.group_by or {},
        by_group = {}, -- series by the values of group_by
        series = {},
        windows = afd_window.set(), -- of all series
    }
    if not rule.metric then error("a rule has no metric") end
    if not afd_window.known(rule.func) then error("unknown function " .. tostring(rule.func)) end
    if not rule.threshold then error("the threshold of a rule over " .. rule.metric .. " is not a number") end
    rule.matchers = matchers_of(rule.fields)
    rule.seconds = afd_window.seconds(rule.window, rule.periods)
    rule.check = afd_window.check(rule.windows, rule.operator, rule.threshold)
    rule.id = identity(rule)
    return setmetatable(rule, Rule)
end

-- share lets the rule use the series of another one with the same identity.
function Rule:share(other)
    self.series, self.windows = other.series, other.windows
    self.check = afd_window.check(self.windows, self.operator, self.threshold)
end

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
    if #self.series >= M.MAX_SERIES then return false end
    local window = afd_window.new(self.func, self.window, self.periods)
    local series = { window = window, fields = fields, value = self.value }
    self.by_group[key] = series
    self.series[#self.series + 1] = series
    self.windows:add(window)
    return series
end

local NO_CONTEXTS = {}

-- evaluate gives what the rule finds at a time in ns, and a list of {value, fields} about it.
function Rule:evaluate(now)
    local contexts, found = nil, NO_DATA
    for _, s in ipairs(self.series) do
        local code, value = s.window:test(now, self.operator, self.threshold)
        if code == MATCH or code == MISSING_DATA then
            contexts = contexts or {}
            contexts[#contexts + 1] = { value = value, fields = s.fields }
            if found ~= MATCH then found = code end
        elseif code == NO_MATCH and found == NO_DATA then
            found = NO_MATCH
        end
    end
    if found == NO_DATA then return NO_DATA, { { value = -1, fields = self.fields } } end
    return found, contexts or NO_CONTEXTS
end

return M
