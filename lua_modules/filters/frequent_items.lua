-- Finds the most frequent values of a header or field in one pass (Misra and Gries): a value that is more
-- frequent than 1/max_items of all is found, and its weight is at most its number.
-- Options: message_variable (as read_message has it, needed), max_items (1000), min_output_weight (100), reset_days (1).

local math = require "math"
local table = require "table"

local variable = read_config("message_variable") or error("the option message_variable is missing", 0)
local max_items = read_config("max_items") or 1000
local min_output_weight = read_config("min_output_weight") or 100
local reset_days = read_config("reset_days") or 1

local DAY = 24 * 3600e9
local MAX_ITEM = 2048 -- bytes of a value

items = {}     -- weights by value
items_size = 0
last_reset = 0 -- the day of it

local function decrement_all()
    for item, weight in pairs(items) do
        if weight == 1 then
            items[item] = nil
            items_size = items_size - 1
        else
            items[item] = weight - 1
        end
    end
end

function process_message()
    local item = read_message(variable)
    if item == nil then return -1, "the message has no " .. variable end
    if item ~= item then return -1, variable .. " is not a number" end
    if type(item) == "string" and #item > MAX_ITEM then return -1, variable .. " is longer than " .. MAX_ITEM .. " bytes" end
    local weight = items[item]
    if weight then
        items[item] = weight + 1
    elseif items_size < max_items then
        items[item] = 1
        items_size = items_size + 1
    else
        decrement_all()
    end
    return 0
end

local function heaviest()
    local list = {}
    for item, weight in pairs(items) do
        if weight > min_output_weight then list[#list + 1] = item end
    end
    table.sort(list, function(a, b)
        if items[a] ~= items[b] then return items[a] > items[b] end
        return tostring(a) < tostring(b)
    end)
    return list
end

function timer_event(ns)
    add_to_payload(variable, "\tWeight\n")
    for _, item in ipairs(heaviest()) do
        if not pcall(add_to_payload, item, "\t", items[item], "\n") then break end -- no room for the others
    end
    inject_payload("tsv", "Weighting by " .. variable)

    local day = math.floor(ns / DAY)
    if last_reset == 0 then last_reset = day end
    if day - last_reset >= reset_days then items, items_size, last_reset = {}, 0, day end
end
