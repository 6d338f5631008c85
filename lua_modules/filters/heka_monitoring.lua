-- Makes metrics of hekad's reports on itself: messages and their mean duration, memory and timer events of each
-- filter and decoder, as one bulk metric with the tags type and name.
--
-- message_matcher = "Type == 'heka.all-report'"
--
--   hostname  name of this host; default that of the report

local cjson = require "cjson"
local string = require "string"
local lma_utils = require "lma_utils"

local hostname = read_config("hostname")

local KINDS = { filters = "filter", decoders = "decoder" }

-- What a report says, and the metric that it becomes.
local METRICS = {
    { "ProcessMessageCount", "hekad_msg_count" },
    { "ProcessMessageAvgDuration", "hekad_msg_avg_duration" },
    { "Memory", "hekad_memory" },
    { "TimerEventAvgDuration", "hekad_timer_event_avg_duration" },
    { "TimerEventSamples", "hekad_timer_event_count" },
}

local function value_of(entry, name)
    local member = entry[name]
    return type(member) == "table" and type(member.value) == "number" and member.value or nil
end

-- add_entry queues what a report says of one plugin: one that counts nothing says nothing.
local function add_entry(kind, entry)
    if type(entry) ~= "table" or type(entry.Name) ~= "string" then return end
    local tags = { type = kind, name = (string.gsub(entry.Name, "_" .. kind, "")) }
    for _, metric in ipairs(METRICS) do
        local value = value_of(entry, metric[1])
        if value then lma_utils.add_to_bulk_metric(metric[2], value, tags) end
    end
end

function process_message()
    local ok, report = pcall(cjson.decode, read_message("Payload"))
    if not ok then return -1, "the report is no JSON: " .. report end
    if type(report) ~= "table" then return -1, "the report is no JSON object" end
    for member, kind in pairs(KINDS) do
        if type(report[member]) == "table" then
            for _, entry in pairs(report[member]) do add_entry(kind, entry) end -- a null leaves a hole
        end
    end
    local status, err = lma_utils.inject_bulk_metric(read_message("Timestamp"), hostname or read_message("Hostname"), nil, "internal")
    return status or 0, err
end
