-- Helpers for tables.
--   table_to_fields(t, fields, parent, separator, max_depth)
--   behead_array(idx, array)

local cjson = require "cjson"
local string = require "string"
local table = require "table"

local pairs, type = pairs, type

local M = {}

-- table_to_fields puts the values of a nested table into fields, each named by its path. separator is "."
-- by default. A table that lies max_depth separators deep becomes its JSON; the separators are counted
-- as a Lua pattern, so a dot that means a dot is "%.".
function M.table_to_fields(t, fields, parent, separator, max_depth)
    separator = separator or "."
    for key, value in pairs(t) do
        local name = key
        if parent then name = string.format("%s%s%s", parent, separator, key) end
        local kind = type(value)
        if kind == "table" then
            local _, depth
            if max_depth then _, depth = string.gsub(name, separator, "%0") end
            if max_depth and depth >= max_depth then
                fields[name] = cjson.encode(value)
            else
                M.table_to_fields(value, fields, name, separator, max_depth)
            end
        elseif kind ~= "userdata" then
            fields[name] = value
        end
    end
end

-- behead_array removes the elements before index idx.
function M.behead_array(idx, array)
    if idx <= 1 then return end
    local count = #array
    for i = 1, count do array[i] = array[i + idx - 1] end
end

return M
