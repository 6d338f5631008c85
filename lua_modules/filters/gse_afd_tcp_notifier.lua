-- Tells changes of the statuses of AFDs and clusters, for an output that sends them to another program.
--
-- message_matcher = "(Type =~ /heka.sandbox.gse_.*metric$/ || Type =~ /heka.sandbox.afd_.*metric$/) && Fields[aggregator] == NIL"
--
--   not_ok_mode  true: tells every status that is not OKAY; default false
--   debug_mode   true: tells every status; default false

local afd_message = require "afd_message"
local gse_utils = require "gse_utils"
local last_status = require "last_status"
local lma_utils = require "lma_utils"

local not_ok_mode = read_config("not_ok_mode") == true
local debug_mode = read_config("debug_mode") == true

local statuses = last_status.new() -- by type, object and source

-- object_of gives what a message is about and where its status is from.
local function object_of()
    local cluster = afd_message.get_entity_name("cluster_name")
    if cluster then return cluster, "-" end
    local group = afd_message.get_entity_name("node_role") or afd_message.get_entity_name("service")
    if not group then return nil end
    return group .. "/" .. read_message("Hostname"), afd_message.get_entity_name("source") or "-"
end

local function is_told(before, status)
    return debug_mode or before ~= status or not_ok_mode and status ~= gse_utils.OKAY
end

function process_message()
    local object, alarm_source = object_of()
    if not object then return -1, "Cannot find what the status is about" end
    local status = afd_message.get_status()
    if not status then return -1, "Cannot find the status of " .. object end
    local alarms = afd_message.extract_alarms()
    if not alarms then return -1, "Cannot find the alarms of " .. object end
    local typ = read_message("Type")
    local key = typ .. "\0" .. object .. "\0" .. alarm_source
    local before = statuses:get(key)
    if not statuses:set(key, status) then return -1, last_status.FULL end
    if not is_told(before, status) then return 0 end
    local payload = #alarms == 0 and "[]" or lma_utils.safe_json_encode(alarms)
    if not payload then return -1, "The alarms of " .. object .. " are too many for a message, or hold what JSON has not" end
    local msg = {
        Timestamp = read_message("Timestamp"),
        Type = "gse_afd_notification",
        Severity = lma_utils.label_to_severity_map.INFO,
        Payload = payload,
        Fields = {
            object = object, alarm_source = alarm_source, source = "gse_afd_tcp_notifier", type = typ,
            title = "General status " .. last_status.words(before, status),
        },
    }
    lma_utils.inject_tags(msg)
    return lma_utils.safe_inject_message(msg)
end
