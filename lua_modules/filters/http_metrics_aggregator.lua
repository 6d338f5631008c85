-- Sums up the response times of HTTP requests by service, method and family of the status (2xx), and sends
-- them every ticker_interval as bulk metrics <service>_http_response_times: min, max, sum, count, rate and
-- upper_<percentile>, with the tags hostname, http_method and http_status.
--
-- message_matcher = "Type == 'log' && Fields[http_response_time] != NIL"
--
--   hostname          name of this host
--   interval          s between two ticks: ticker_interval
--   max_timer_inject  messages that a tick may send; default 10, as the global option
--   bulk_size         metrics in a message; default 225
--   percentile        default 90
--   grace_time        s by which a message may be older than the last tick; default 0
--   source            source of the metrics; default none

local math = require "math"
local os = require "os"
local string = require "string"
local table = require "table"
local lma_utils = require "lma_utils"

local hostname = read_config("hostname") or error("hostname must be specified")
local interval = read_config("interval") or error("interval must be specified")
local bulk_size = read_config("bulk_size") or 225
local max_buckets = bulk_size * (read_config("max_timer_inject") or 10)
local percentile = read_config("percentile") or 90
local upper = "upper_" .. percentile
local grace = (read_config("grace_time") or 0) * 1e9
local source = read_config("source")

local METHODS = {}
for method in string.gmatch("GET POST OPTIONS DELETE PUT HEAD TRACE CONNECT PATCH", "%u+") do METHODS[method] = true end

-- The response times that a bucket keeps for its percentile; of more, a fair choice.
local MAX_TIMES = 2000

local buckets, number = {}, 0 -- by service, method and family
local last_tick = os.time() * 1e9
local lost -- why metrics of the last tick could not be sent, until that is told

local function family_of(status)
    local code = tonumber(status)
    if not code or code < 100 or code >= 600 then return nil end
    return math.floor(code / 100) .. "xx"
end

local function service_of(logger)
    local first, second = string.match(logger, "^(%w+)%.(%w+)")
    return first and first .. "_" .. second or logger
end

-- bucket_of gives nil when there is no room for a new one.
local function bucket_of(service, method, family)
    local methods = buckets[service]
    local families = methods and methods[method]
    local bucket = families and families[family]
    if bucket then return bucket end
    if number >= max_buckets then return nil end
    number = number + 1
    bucket = { min = math.huge, max = -math.huge, sum = 0, count = 0, times = {} }
    methods = methods or {}
    families = families or {}
    buckets[service], methods[method], families[family] = methods, families, bucket
    return bucket
end

local function add(bucket, time)
    bucket.min, bucket.max = math.min(bucket.min, time), math.max(bucket.max, time)
    bucket.sum, bucket.count = bucket.sum + time, bucket.count + 1
    local at = bucket.count
    if at > MAX_TIMES then at = math.random(at) end
    if at <= MAX_TIMES then bucket.times[at] = time end
end

function process_message()
    if read_message("Timestamp") < last_tick - grace then return 0 end
    local method, status = read_message("Fields[http_method]"), read_message("Fields[http_status]")
    local time = read_message("Fields[http_response_time]")
    if method == nil then return -1, "Fields[http_method] is missing" end
    if status == nil then return -1, "Fields[http_status] is missing" end
    if time == nil then return -1, "Fields[http_response_time] is missing" end
    local family, seconds = family_of(status), tonumber(time)
    if not family then return -1, "Unsupported http_status " .. tostring(status) end
    if not METHODS[method] then return -1, "Unsupported http_method " .. tostring(method) end
    if not seconds or seconds - seconds ~= 0 then return -1, "Fields[http_response_time] is not a number: " .. tostring(time) end
    local bucket = bucket_of(service_of(read_message("Logger")), method, family)
    if not bucket then
        return -1, "too many metrics to aggregate, adjust bulk_size and/or max_timer_inject parameters"
    end
    add(bucket, seconds)
    if lost then
        local reason = lost
        lost = nil
        return -1, reason
    end
    return 0
end

-- upper_of is the time within which the percentile of the requests was answered.
local function upper_of(bucket)
    local n = #bucket.times
    if n < 2 then return bucket.max end
    table.sort(bucket.times)
    local at = n - math.floor((100 - percentile) / 100 * n + 0.5)
    return at > 0 and bucket.times[at] or bucket.max
end

local function values_of(bucket)
    return {
        min = bucket.min, max = bucket.max, sum = bucket.sum, count = bucket.count,
        rate = bucket.count / interval,
        [upper] = upper_of(bucket),
    }
end

function timer_event(ns)
    last_tick = ns
    local queued = 0
    local function send()
        local status, err = lma_utils.inject_bulk_metric(ns, hostname, nil, source)
        if status and status ~= 0 then lost = "metrics of the last tick are lost: " .. tostring(err) end
        queued = 0
    end
    for service, methods in pairs(buckets) do
        for method, families in pairs(methods) do
            for family, bucket in pairs(families) do
                lma_utils.add_to_bulk_metric(service .. "_http_response_times", values_of(bucket),
                    { hostname = hostname, http_method = method, http_status = family })
                queued = queued + 1
                if queued >= bulk_size then send() end
            end
        end
    end
    send()
    buckets, number = {}, 0
end
