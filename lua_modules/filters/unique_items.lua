-- Estimates how many different values of a header or field there are in each period (HyperLogLog).
-- Options: message_variable (as read_message has it, needed), title ("Estimated Unique Daily <message_variable>"), rows (365),
-- seconds_per_row (86400), enable_delta (sends the changes, too: payload type "cbufd"), preservation_version.

_PRESERVATION_VERSION = read_config("preservation_version") or 0

require "circular_buffer"
require "hyperloglog"
local math = require "math"

local variable = read_config("message_variable") or error("the option message_variable is missing", 0)
local title = read_config("title") or "Estimated Unique Daily " .. variable
local enable_delta = read_config("enable_delta") or false
local seconds_per_row = read_config("seconds_per_row") or 86400

cbuf = circular_buffer.new(read_config("rows") or 365, 1, seconds_per_row, enable_delta)
cbuf:set_header(1, "Unique Items", "count", "none")
items = hyperloglog.new()
period = 0 -- of items

function process_message()
    local ns = read_message("Timestamp")
    local item = read_message(variable)
    if item == nil then return -1, "the message has no " .. variable end
    local its_period = math.floor(ns / (seconds_per_row * 1e9))
    if its_period < period then return 0 end -- what it was compared with is gone
    if its_period > period then
        items:clear()
        period = its_period
    end
    if type(item) == "boolean" then item = tostring(item) end
    if items:add(item) then cbuf:set(ns, 1, items:count()) end
    return 0
end

function timer_event()
    inject_payload("cbuf", title, cbuf:format("cbuf"))
    if enable_delta then inject_payload("cbufd", title, cbuf:format("cbufd")) end
end
