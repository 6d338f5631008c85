-- Graphs what a StatAccumInput sends in fields.
-- Options: stats (the fields, blank-separated, needed), stat_labels (a label for each, needed), title ("Stats"), rows (300),
-- sec_per_row (1), stat_aggregation ("sum"; min, max, none), stat_unit ("count"), anomaly_config, preservation_version.

_PRESERVATION_VERSION = read_config("preservation_version") or 0

require "circular_buffer"
local string = require "string"
local graph = require "cbuf_graph"

local title = read_config("title") or "Stats"
local aggregation = read_config("stat_aggregation") or "sum"
local unit = read_config("stat_unit") or "count"
local anomaly_config = graph.anomaly_config()

local function words(option)
    local list = {}
    for word in string.gmatch(read_config(option) or "", "%S+") do list[#list + 1] = word end
    if #list == 0 then error("the option " .. option .. " is missing", 0) end
    return list
end

local stats, labels = words("stats"), words("stat_labels")
if #stats ~= #labels then error("stats and stat_labels must have the same number of names", 0) end

cbuf = circular_buffer.new(read_config("rows") or 300, #stats, read_config("sec_per_row") or 1)
for i, label in ipairs(labels) do cbuf:set_header(i, label, unit, aggregation) end

local put = aggregation == "sum" and cbuf.add or cbuf.set

function process_message()
    local seconds = tonumber(read_message("Fields[timestamp]"))
    if not seconds then return -1, "the message has no field timestamp" end
    for i, name in ipairs(stats) do
        local value = tonumber(read_message("Fields[" .. name .. "]"))
        if value then put(cbuf, seconds * 1e9, i, value) end
    end
    return 0
end

function timer_event(ns) graph.inject(ns, title, cbuf, anomaly_config) end
