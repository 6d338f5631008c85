-- Counts log messages by service and severity, and sends their rates (messages per second) every
-- ticker_interval as one bulk metric: log_messages with the tags service, level and hostname.
--
--   hostname         name of this host
--   logger_matcher   Lua pattern whose first capture in the Logger is the service; default ".*"
--   grace_interval   s by which a message may be older than the last tick; default 0
--   source           source of the metric; default none

local os = require "os"
local string = require "string"
local lma_utils = require "lma_utils"
local orderedPairs = require("table_utils").orderedPairs

local hostname = read_config("hostname")
local grace = read_config("grace_interval") or 0
local pattern = read_config("logger_matcher") or ".*"
local source = read_config("source")

-- The labels of what has no number of its own, in the levels that are counted.
local LEVELS = {}
for label in pairs(lma_utils.label_to_severity_map) do LEVELS[label] = label end
LEVELS.AUDIT, LEVELS.TRACE = "INFO", "DEBUG"

local MAX_LOGGERS = 1000 -- of which the services are remembered
local services, known = {}, 0 -- by Logger: its service, false for none
local counters = {} -- by service and label
local last_tick = os.time() * 1e9

local function new_counter()
    local counter = {}
    for label in pairs(lma_utils.label_to_severity_map) do counter[label] = 0 end
    return counter
end

local function service_of(logger)
    local service = services[logger]
    if service == nil then
        service = string.match(logger, pattern) or false
        if known >= MAX_LOGGERS then services, known = {}, 0 end
        services[logger], known = service, known + 1
    end
    return service
end

local function level_of()
    local label = read_message("Fields[severity_label]")
    if label ~= nil and LEVELS[label] then return LEVELS[label] end
    if type(label) == "string" and LEVELS[string.upper(label)] then return LEVELS[string.upper(label)] end
    local severity = read_message("Severity")
    return severity and lma_utils.severity_to_label_map[severity]
end

function process_message()
    local logger = read_message("Logger")
    local service = service_of(logger)
    if not service then return -1, "Cannot match any service from " .. logger end
    local sec = lma_utils.convert_to_sec(read_message("Timestamp"))
    if sec + grace < lma_utils.convert_to_sec(last_tick) then return 0 end
    local level = level_of()
    if not level then
        return -1, "Cannot tell the severity of a message of " .. logger
    end
    local counter = counters[service]
    if not counter then
        counter = new_counter()
        counters[service] = counter
    end
    counter[level] = counter[level] + 1
    return 0
end

function timer_event(ns)
    local seconds = (ns - last_tick) / 1e9
    if seconds <= 0 then -- the first tick, or the clock was set back: what was counted waits for the next one
        last_tick = ns
        return
    end
    for label in orderedPairs(lma_utils.label_to_severity_map) do
        for service, counter in orderedPairs(counters) do
            lma_utils.add_to_bulk_metric("log_messages", counter[label] / seconds,
                { hostname = hostname, service = service, level = string.lower(label) })
            counter[label] = 0
        end
    end
    lma_utils.inject_bulk_metric(ns, hostname, nil, source, lma_utils.metric_type.DERIVE)
    last_tick = ns
end
