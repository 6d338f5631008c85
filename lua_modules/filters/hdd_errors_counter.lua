-- Counts the messages of the kernel about errors of disks, and sends their rates (errors per second) every
-- ticker_interval as the bulk metric hdd_errors_rate with the tag device.
--
-- message_matcher = "Type == 'log' && Logger == 'system.kern'"
--
--   hostname        name of this host
--   patterns        Lua patterns between slashes, separated by blanks; the first capture of each is the device
--   grace_interval  s by which a message may be older than the last tick; default 0
--   source          source of the metric; default none

local os = require "os"
local string = require "string"
local lma_utils = require "lma_utils"
local orderedPairs = require("table_utils").orderedPairs

local hostname = read_config("hostname") or error("hostname must be specified!")
local grace = read_config("grace_interval") or 0
local source = read_config("source")

local patterns = {}
for item in string.gmatch(read_config("patterns") or error("patterns must be specified!"), "%S+") do
    local pattern = string.match(item, "^/(.+)/$")
    if not pattern then error("patterns: " .. item .. " does not stand between slashes, as in /error%s(sd%a)/") end
    local ok, err = pcall(string.find, "", pattern)
    if not ok then error("patterns: " .. item .. ": " .. err) end
    patterns[#patterns + 1] = pattern
end
if #patterns == 0 then error("patterns is empty") end

local MAX_DEVICES = 1000 -- that are counted
local counts, devices = {}, 0
local start = os.time()
local last_tick -- ns, of the last tick with something to count

local MAX_TEXT = 2048 -- bytes of a message that are searched: the kernel's are shorter, and a pattern may be slow

local function device_of(payload)
    payload = string.sub(payload, 1, MAX_TEXT)
    for i = 1, #patterns do
        local device = string.match(payload, patterns[i])
        if device then return device end
    end
    return nil
end

function process_message()
    local sec = lma_utils.convert_to_sec(read_message("Timestamp"))
    if sec + grace < (last_tick and lma_utils.convert_to_sec(last_tick) or start) then return 0 end
    local device = device_of(read_message("Payload"))
    if not device then return 0 end
    if not counts[device] then
        if devices >= MAX_DEVICES then return -1, "too many devices: " .. device .. " is not counted; make the patterns stricter" end
        devices = devices + 1
    end
    counts[device] = (counts[device] or 0) + 1
    return 0
end

function timer_event(ns)
    if devices == 0 then return end
    local seconds = last_tick and (ns - last_tick) / 1e9
    last_tick = ns
    for device, count in orderedPairs(counts) do
        if seconds and seconds > 0 then
            lma_utils.add_to_bulk_metric("hdd_errors_rate", count / seconds, { device = device })
        end
        counts[device] = 0
    end
    lma_utils.inject_bulk_metric(ns, hostname, nil, source)
end
