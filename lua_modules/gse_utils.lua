-- The scale of statuses that alarms, members and clusters share, and the comparison of thresholds.

local tonumber, type = tonumber, type
local string = require "string"

local M = {
    OKAY = 0,
    WARN = 1,
    UNKW = 2,
    CRIT = 3,
    DOWN = 4,
}

local BY_WORD = { okay = M.OKAY, warning = M.WARN, unknown = M.UNKW, critical = M.CRIT, down = M.DOWN }

local LABELS = {
    [M.OKAY] = "OKAY",
    [M.WARN] = "WARN",
    [M.UNKW] = "UNKNOWN",
    [M.CRIT] = "CRITICAL",
    [M.DOWN] = "DOWN",
}

-- How bad a status is. The numbers above are an old wire format and not in this order. Not to know
-- is worse than to know that all is well: OKAY does not hide UNKNOWN.
local WEIGHTS = { [M.OKAY] = 1, [M.UNKW] = 2, [M.WARN] = 3, [M.CRIT] = 4, [M.DOWN] = 5 }

-- status_of is the number of a status word of a definition in any case, nil for any other word.
function M.status_of(word)
    if type(word) ~= "string" then return nil end
    return BY_WORD[string.lower(word)]
end

-- label is a status as texts show it, nil for what is no status.
function M.label(status) return LABELS[status] end

-- max_status is the worse of two statuses; nil is no status.
function M.max_status(a, b)
    if a == nil then return b end
    if b == nil then return a end
    if WEIGHTS[a] > WEIGHTS[b] then return a end
    return b
end

local comparisons = {
    ["=="] = function(a, b) return a == b end,
    ["!="] = function(a, b) return a ~= b end,
    [">="] = function(a, b) return a >= b end,
    [">"] = function(a, b) return a > b end,
    ["<="] = function(a, b) return a <= b end,
    ["<"] = function(a, b) return a < b end,
}
comparisons.eq = comparisons["=="]
comparisons.ne = comparisons["!="]
comparisons.gte = comparisons[">="]
comparisons.gt = comparisons[">"]
comparisons.lte = comparisons["<="]
comparisons.lt = comparisons["<"]

local function never() return false end

-- comparison is the function of a relational operator; an unknown operator never matches.
function M.comparison(operator) return comparisons[operator] or never end

-- compare_threshold compares a value with a threshold.
function M.compare_threshold(value, operator, threshold)
    return M.comparison(operator)(tonumber(value), tonumber(threshold)) and true or false
end

return M
