-- Alerts of filters: a payload of type "alert", at most one in a while.
--   send(ns, msg)       sends an alert; false if there is no text, or it is throttled
--   queue(ns, msg)      keeps it for send_queue
--   send_queue(ns)      sends what was queued as one alert, a line each; when throttled that is lost
--   throttled(ns)       whether the time since the last alert is too short; never at time 0
--   set_throttle(ns)    that time, an hour by default

local table = require "table"
local math = require "math"

local inject_payload = inject_payload

local throttle = 3600e9
local queued = {}

_LAST_ALERT = _LAST_ALERT or 0 -- global, so that it is preserved

local M = {}

function M.throttled(ns)
    if ns == 0 then return false end
    return ns < _LAST_ALERT or ns - _LAST_ALERT <= throttle
end

local function accepted(ns, msg) return msg and msg ~= "" and not M.throttled(ns) end

function M.send(ns, msg)
    if not accepted(ns, msg) then return false end
    inject_payload("alert", "", msg)
    _LAST_ALERT = math.max(_LAST_ALERT, ns)
    return true
end

function M.queue(ns, msg)
    if not accepted(ns, msg) then return false end
    queued[#queued + 1] = msg
    return true
end

function M.send_queue(ns)
    local text = table.concat(queued, "\n")
    queued = {}
    return M.send(ns, text)
end

function M.set_throttle(ns) throttle = ns end

return M
