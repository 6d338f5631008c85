-- What encoders of time series share about a message's headers.
--   field_map(text)               the set of the names in a blank-separated list, and whether the list has
--                                 **all_base**, **all**; no list is the set of the headers
--   used_base_fields(skip)        the headers that the set skip holds
--   timestamp_divisor(precision)  ns per "ms", "s", "m", "h"; nil for another precision
--   message_timestamp(precision)  the message's time in "ms" (default), "s", "m" or "h"
--   base_fields_list, base_fields_tag_list

local math = require "math"
local string = require "string"

local ipairs, pairs, read_message = ipairs, pairs, read_message

local M = {}

M.base_fields_list = { "EnvVersion", "Hostname", "Logger", "Payload", "Pid", "Severity", "Type" }
M.base_fields_tag_list = { "Hostname", "Logger", "Severity", "Type" }

local base = {}
for _, name in ipairs(M.base_fields_list) do base[name] = true end

function M.field_map(text)
    if not text or text == "" then return base, true, false end
    local set, all_base, all = {}, false, false
    for name in string.gmatch(text, "%S+") do
        set[name] = true
        all_base = all_base or name == "**all_base**"
        all = all or name == "**all**"
    end
    if all_base or all then
        for header in pairs(base) do set[header] = true end
    end
    return set, all_base, all
end

function M.used_base_fields(skip)
    local list = {}
    for _, name in ipairs(M.base_fields_list) do
        if skip[name] then list[#list + 1] = name end
    end
    return list
end

local divisors = { ms = 1e6, s = 1e9, m = 60e9, h = 3600e9 }
function M.timestamp_divisor(precision) return divisors[precision or "ms"] end

function M.message_timestamp(precision)
    return math.floor(read_message("Timestamp") / M.timestamp_divisor(precision))
end

return M
