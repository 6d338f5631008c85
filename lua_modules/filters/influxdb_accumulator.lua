-- Gathers metrics as lines of InfluxDB's line protocol, and sends them as payloads for an HttpOutput.
-- InfluxDBOutput does all of that by itself.
--
-- message_matcher = "Fields[aggregator] == NIL && Type =~ /metric$/"
--
--   flush_count               lines above which a payload is sent; default 100
--   flush_interval            s after which it is sent at the latest; default 5
--   tag_fields                fields, separated by blanks, that are tags of every metric; default none
--   time_precision            ns, us, ms, s, m or h; default ns
--   payload_name              default "influxdb"
--   bulk_metric_type_matcher  Lua pattern of the types of bulk metrics; default "bulk_metric$"

local cjson = require "cjson"
local math = require "math"
local string = require "string"
local table = require "table"
local influxdb = require "influxdb"
local lma_utils = require "lma_utils"

local flush_count = read_config("flush_count") or 100
local flush_interval = (read_config("flush_interval") or 5) * 1e9
local payload_name = read_config("payload_name") or "influxdb"
local bulk_type = read_config("bulk_metric_type_matcher") or "bulk_metric$"
local encoder = influxdb.new(read_config("time_precision") or "ns")

local common_tags = {}
for name in string.gmatch(read_config("tag_fields") or "", "%S+") do common_tags[#common_tags + 1] = name end

local MAX_PAYLOAD = 48 * 1024 -- bytes, less than a sandbox may send at once
local MAX_LINES = 10000 -- that wait

local lines, waiting, bytes = {}, 0, 0
local flushed_at = 0 -- ns

local function add_line(line)
    waiting = waiting + 1
    lines[waiting] = line
    bytes = bytes + #line + 1
end

local function inject(n)
    local status, err = lma_utils.safe_inject_payload("txt", payload_name, table.concat(lines, "\n", 1, n) .. "\n")
    return status == 0, status ~= 0 and string.find(err, "output_limit", 1, true)
end

local function remove(n)
    local rest = {}
    for i = 1, n do bytes = bytes - #lines[i] - 1 end
    for i = n + 1, waiting do rest[i - n] = lines[i] end
    lines, waiting = rest, waiting - n
end

local lost -- why a line could not be sent, until that is told

-- send gives a payload of the first lines; it is false where none may be sent now.
local function send()
    local size, n = 0, 0
    while n < waiting and (n == 0 or size + #lines[n + 1] < MAX_PAYLOAD) do
        n = n + 1
        size = size + #lines[n] + 1
    end
    local sent, too_large = inject(n)
    while too_large and n > 1 do
        n = math.floor(n / 2)
        sent, too_large = inject(n)
    end
    if not sent and not too_large then return false end
    if too_large then lost = "a line is left out, larger than output_limit: " .. string.sub(lines[1], 1, 64) end
    remove(n)
    return true
end

local function message_tags()
    local tags = {}
    for _, name in ipairs(common_tags) do tags[name] = read_message("Fields[" .. name .. "]") end
    return tags
end

local function encode_single(timestamp, tags)
    local name = read_message("Fields[name]")
    if name == nil then return -1, "Fields[name] is missing" end
    local ok, value = lma_utils.get_values_from_metric()
    if not ok then return -1, value end
    local i = 0
    while true do
        local tag = read_message("Fields[tag_fields]", 0, i)
        if tag == nil then break end
        tags[tostring(tag)] = read_message("Fields[" .. tostring(tag) .. "]")
        i = i + 1
    end
    local line = encoder:encode_datapoint(timestamp, name, value, tags)
    if line == "" then return -1, "the metric " .. tostring(name) .. " cannot be encoded" end
    add_line(line)
    return 0
end

local function encode_point(timestamp, tags, point)
    if type(point) ~= "table" or point.tags ~= nil and type(point.tags) ~= "table" then return "" end
    local all = {}
    for name, value in pairs(tags) do all[name] = value end
    for name, value in pairs(point.tags or {}) do all[name] = value end
    local value = point.value
    if value == nil then value = point.values end
    return encoder:encode_datapoint(timestamp, point.name, value, all)
end

local function encode_bulk(timestamp, tags)
    local ok, points = pcall(cjson.decode, read_message("Payload"))
    if not ok or type(points) ~= "table" then return -1, "Invalid payload value for bulk metric" end
    local bad = 0
    for _, point in pairs(points) do -- a null leaves a hole
        local line = encode_point(timestamp, tags, point)
        if line ~= "" then add_line(line) else bad = bad + 1 end
    end
    if bad > 0 then return -1, bad .. " of the datapoints of a bulk metric cannot be encoded" end
    return 0
end

function process_message()
    if waiting > MAX_LINES then
        send()
        return -1, "too many lines wait to be sent; raise flush_count, ticker_interval or max_timer_inject"
    end
    local encode = string.find(read_message("Type"), bulk_type) and encode_bulk or encode_single
    local status, err = encode(read_message("Timestamp"), message_tags())
    if waiting > flush_count or bytes > MAX_PAYLOAD then send() end
    if status == 0 and lost then status, err, lost = -1, lost, nil end
    return status, err
end

function timer_event(ns)
    if ns >= flushed_at and ns - flushed_at < flush_interval then return end
    flushed_at = ns
    while waiting > 0 and send() do end
end
