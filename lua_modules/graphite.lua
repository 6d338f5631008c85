-- Lines of Graphite for counters and timers, as statsd makes them. interval is in seconds, now is unix time.
--   count_rate(bucket, count, interval, now)
--   multi_counts_rates({bucket = count}, interval, now)
--   timeseries_metrics(bucket, times, interval, percent, now)   sorts times
--   multi_timeseries_metrics({bucket = times}, interval, percent, now)
--   ns_to_sec(ns)

local math = require "math"
local string = require "string"
local table = require "table"

local pairs = pairs

local M = {}

function M.count_rate(bucket, count, interval, now)
    return string.format("stats.counters.%s.count %d %d\nstats.counters.%s.rate %f %d\n", bucket, count, now, bucket, count / interval, now)
end

function M.multi_counts_rates(counts, interval, now)
    local lines = {}
    for bucket, count in pairs(counts) do lines[#lines + 1] = M.count_rate(bucket, count, interval, now) end
    return table.concat(lines)
end

local function mean_of(times, n)
    local sum = 0
    for i = 1, n do sum = sum + times[i] end
    return sum / n, sum
end

-- within is the mean and the largest of the lower percent of sorted times.
local function within(times, percent)
    local n = #times - math.floor((100 - percent) / 100 * #times + 0.5)
    if n <= 0 then return times[1], times[#times] end
    return (mean_of(times, n)), times[n]
end

function M.timeseries_metrics(bucket, times, interval, percent, now)
    local count = #times
    local lower, upper, sum, mean, mean_within, upper_within = 0, 0, 0, 0, 0, 0
    if count > 0 then
        table.sort(times)
        lower, upper = times[1], times[count]
        mean, sum = mean_of(times, count)
        mean_within, upper_within = within(times, percent)
    end
    local lines = { string.format("stats.timers.%s.count %d %d\n", bucket, count, now) }
    local function add(name, value)
        lines[#lines + 1] = string.format("stats.timers.%s.%s %f %d\n", bucket, name, value, now)
    end
    add("count_ps", count / interval)
    add("lower", lower)
    add("upper", upper)
    add("sum", sum)
    add("mean", mean)
    add("mean_" .. percent, mean_within)
    add("upper_" .. percent, upper_within)
    return table.concat(lines)
end

function M.multi_timeseries_metrics(timers, interval, percent, now)
    local lines = {}
    for bucket, times in pairs(timers) do
        lines[#lines + 1] = M.timeseries_metrics(bucket, times, interval, percent, now)
    end
    return table.concat(lines)
end

function M.ns_to_sec(ns) return math.floor(ns / 1e9) end

return M
