-- The datapoints of one time series over an alarm rule's window, and what the rule's function makes
-- of them. Points gather in rows of 5 s; every point of a row counts.

local circular_buffer = require "circular_buffer"
local math = require "math"
local ceil, floor, abs = math.ceil, math.floor, math.abs

local M = {}

M.SECONDS_PER_ROW = 5

local ROW = M.SECONDS_PER_ROW * 1e9
local NAN = 0 / 0

-- add and set give nil for a point that is older than the window.
local new_buffer = circular_buffer.new

local function aligned(ns) return floor(ns / ROW) * ROW end

-- buffer makes rows for a window; a circular buffer needs two.
local function buffer(rows, columns)
    if rows < 2 then rows = 2 end
    return new_buffer(rows, columns, M.SECONDS_PER_ROW)
end

-- One column that is combined by the buffer itself and computed by it.
local function combined(aggregation)
    return function(rule)
        local cb = buffer(rule.rows, 1)
        cb:set_header(1, "value", "count", aggregation)
        local set, compute = cb.set, cb.compute
        return {
            put = function(ns, value) set(cb, ns, 1, value) end,
            read = function() return (compute(cb, aggregation, 1)) end,
        }
    end
end

local function sum(rule)
    local cb = buffer(rule.rows, 1)
    local add, compute = cb.add, cb.compute
    return {
        put = function(ns, value) add(cb, ns, 1, value) end,
        read = function() return (compute(cb, "sum", 1)) end,
    }
end

local function avg(rule)
    local cb = buffer(rule.rows, 2)
    local add, compute = cb.add, cb.compute
    return {
        put = function(ns, value)
            add(cb, ns, 1, value)
            add(cb, ns, 2, 1)
        end,
        read = function() return (compute(cb, "sum", 1)) / (compute(cb, "sum", 2)) end,
    }
end

-- The population variance by sums of differences from the first value, which keeps large values exact.
local function variance_of(rule, finish)
    local cb = buffer(rule.rows, 3)
    local add, compute = cb.add, cb.compute
    local base
    return {
        put = function(ns, value)
            base = base or value
            local d = value - base
            add(cb, ns, 1, d)
            add(cb, ns, 2, d * d)
            add(cb, ns, 3, 1)
        end,
        read = function()
            local n = (compute(cb, "sum", 3))
            local mean = (compute(cb, "sum", 1)) / n
            local v = (compute(cb, "sum", 2)) / n - mean * mean
            return finish(v > 0 and v or 0)
        end,
    }
end

local function identity(v) return v end

local function variance(rule) return variance_of(rule, identity) end

local function sd(rule) return variance_of(rule, math.sqrt) end

-- at is the value of the row that holds ns, nil where there is none.
local function at(get, cb, ns)
    local v = get(cb, ns, 1)
    if v ~= nil and v == v then return v end
    return nil
end

local function last(rule)
    local cb = buffer(rule.rows, 1)
    local set, get = cb.set, cb.get
    return {
        put = function(ns, value) set(cb, ns, 1, value) end,
        read = function(now)
            for back = now, now - rule.span, -ROW do
                local v = at(get, cb, back)
                if v then return v end
            end
            return nil
        end,
    }
end

local function diff(rule)
    local cb = buffer(rule.rows, 1)
    local set, get = cb.set, cb.get
    return {
        put = function(ns, value) set(cb, ns, 1, value) end,
        read = function(now)
            local newest, oldest
            for back = now, now - rule.span, -ROW do
                local v = at(get, cb, back)
                if v then
                    newest = newest or v
                    oldest = v
                end
            end
            return newest and newest - oldest
        end,
    }
end

-- roc is the rate of change: the averages of the last two windows differ by more than threshold
-- standard deviations of all that was before. The row of now is not complete and left out.
local function roc(rule)
    local cb = buffer(rule.rows, 1)
    local set, add, compute = cb.set, cb.add, cb.compute
    local width = rule.roc_rows * ROW
    return {
        put = function(ns, value) set(cb, ns, 1, value) end,
        read = function(now)
            add(cb, now, 1, NAN)
            local t = cb:current_time()
            local current = (compute(cb, "avg", 1, t - width, t - ROW))
            local previous = (compute(cb, "avg", 1, t - 2 * width, t - width - ROW))
            local oldest = t - (rule.rows - 1) * ROW
            local deviation = (compute(cb, "sd", 1, oldest, t - 2 * width - ROW))
            if not current or not previous or not deviation then return -1, false end
            return -1, abs(current - previous) > deviation * rule.threshold
        end,
    }
end

local FUNCTIONS = {
    avg = avg,
    diff = diff,
    last = last,
    max = combined("max"),
    min = combined("min"),
    roc = roc,
    sd = sd,
    sum = sum,
    variance = variance,
}

-- known tells whether a function exists.
function M.known(name) return FUNCTIONS[name] ~= nil end

-- plan gives what a rule's windows have in common: their span in ns, their number of rows.
-- window is in seconds; periods windows make the observation.
function M.plan(name, window, periods, threshold)
    local seconds = ceil(window * periods)
    local plan = { span = seconds * 1e9, seconds = seconds, threshold = threshold }
    plan.rows = ceil(window * periods / M.SECONDS_PER_ROW)
    if name == "roc" then
        plan.roc_rows = ceil(window / M.SECONDS_PER_ROW)
        plan.rows = plan.roc_rows * (math.max(periods, 2) + 2)
    end
    if plan.rows < 2 then plan.rows = 2 end
    return plan
end

-- new makes an empty window. put(ns, value) takes a point in. read(now) gives the function's value,
-- nil when the window holds nothing that counts, and for roc whether it is an anomaly.
function M.new(name, plan) return FUNCTIONS[name](plan) end

-- newest is the start of the row a point belongs to, in ns.
M.aligned = aligned

return M
