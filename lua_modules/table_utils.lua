-- Small functions over tables.

local table = require "table"
local pairs, ipairs, type, tostring, setmetatable, getmetatable = pairs, ipairs, type, tostring, setmetatable, getmetatable

local M = {}

-- deepcopy copies a table and the tables in it; cycles and metatables are kept.
function M.deepcopy(value, seen)
    if type(value) ~= "table" then return value end
    seen = seen or {}
    if seen[value] then return seen[value] end
    local copy = {}
    seen[value] = copy
    for k, v in pairs(value) do copy[M.deepcopy(k, seen)] = M.deepcopy(v, seen) end
    return setmetatable(copy, getmetatable(value))
end

-- item_pos is the index of an item in a list, nil when it is not there.
function M.item_pos(item, list)
    if type(list) ~= "table" then return nil end
    for i, v in ipairs(list) do
        if v == item then return i end
    end
    return nil
end

-- item_find tells whether a list holds an item.
function M.item_find(item, list) return M.item_pos(item, list) ~= nil end

-- sorted_keys lists the keys of a table in alphabetical order.
function M.sorted_keys(t)
    local keys = {}
    for k in pairs(t) do keys[#keys + 1] = k end
    table.sort(keys, function(a, b) return tostring(a) < tostring(b) end)
    return keys
end

-- orderedPairs iterates over a table in the alphabetical order of its keys.
function M.orderedPairs(t)
    local keys, i = M.sorted_keys(t), 0
    return function()
        i = i + 1
        local k = keys[i]
        if k ~= nil then return k, t[k] end
        return nil
    end
end

-- table_equal compares two tables one level deep.
function M.table_equal(a, b)
    for k, v in pairs(a) do
        if b[k] ~= v then return false end
    end
    for k in pairs(b) do
        if a[k] == nil then return false end
    end
    return true
end

return M
