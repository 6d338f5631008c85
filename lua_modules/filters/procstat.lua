-- Makes a message of type procstat with each CPU's use in percent, of two messages of type stats.procstat
-- (decoders/linux_procstat.lua) that follow each other.
-- Options: whitelist (a Lua pattern of the names of the CPUs), extras (also the parts: <cpu>_delta_user and
-- <cpu>_percent_user, ...), percent_integer (true: rounded).

local math = require "math"
local string = require "string"
local lma_utils = require "lma_utils"

local whitelist = read_config("whitelist") or "."
local extras = read_config("extras")
local percent_integer = read_config("percent_integer") ~= false

local PARTS = { "user", "nice", "system", "idle", "iowait", "irq", "softirq", "steal", "guest", "guest_nice" }
local IDLE, GUEST = 4, 9 -- guest time is part of user time

last_values = {} -- by CPU, an array of its counters

local function percent(part, total)
    local value = 100 * part / total
    if percent_integer then return math.floor(value + 0.5) end
    return value
end

local function read_counters(cpu)
    local values = {}
    for i = 1, #PARTS do
        local value = read_message("Fields[" .. cpu .. "]", 0, i - 1)
        if type(value) ~= "number" then break end
        values[i] = value
    end
    return values
end

local function cpu_names()
    local names = {}
    while true do
        local kind, name = read_next_field()
        if not kind then return names end
        if string.find(name, "^cpu") and string.find(name, whitelist) then names[#names + 1] = name end
    end
end

local function add_use(fields, cpu, now, last)
    local deltas, total = {}, 0
    for i, value in ipairs(now) do
        deltas[i] = value - (last[i] or value) -- a counter that was not there yet tells nothing
        if i < GUEST then total = total + deltas[i] end
    end
    if total <= 0 then return end
    fields[cpu .. "_percent"] = percent(total - (deltas[IDLE] or 0), total)
    if not extras then return end
    for i, delta in ipairs(deltas) do
        fields[cpu .. "_delta_" .. PARTS[i]] = delta
        fields[cpu .. "_percent_" .. PARTS[i]] = percent(delta, total)
    end
end

function process_message()
    local fields = {}
    for _, cpu in ipairs(cpu_names()) do
        local now, last = read_counters(cpu), last_values[cpu]
        if last then add_use(fields, cpu, now, last) end
        last_values[cpu] = now
    end
    if not next(fields) then return 0 end
    return lma_utils.safe_inject_message({
        Type = "procstat", Timestamp = read_message("Timestamp"), Payload = read_message("Payload"), Fields = fields,
    })
end
