-- Tells which hosts are silent: a payload of JSON with each host's last message, and an alert for those of which
-- nothing came for a while.
-- Options: heartbeat_timeout (30 s), alert_throttle (300 s, for each host).

local cjson = require "cjson"
local math = require "math"
local os = require "os"
local table = require "table"

local timeout = (read_config("heartbeat_timeout") or 30) * 1e3
local throttle = (read_config("alert_throttle") or 300) * 1e3

local MAX_NAME = 255 -- bytes of a host's name

hosts = {} -- by name: {last_heartbeat, last_alert (ms), status}

function process_message()
    local name = read_message("Hostname")
    if #name > MAX_NAME then return -1, "the name of the host is longer than " .. MAX_NAME .. " bytes" end
    local host = hosts[name]
    if not host then
        host = { last_heartbeat = 0, last_alert = 0 }
        hosts[name] = host
    end
    -- a host whose clock is ahead is not alive until then
    local ms = math.min(math.floor(read_message("Timestamp") / 1e6), os.time() * 1e3)
    host.last_heartbeat = math.max(host.last_heartbeat, ms)
    host.status = "up"
    return 0
end

function timer_event(ns)
    local now, lines = math.floor(ns / 1e6), {}
    for name, host in pairs(hosts) do
        if now - host.last_heartbeat > timeout then
            host.status = "down"
            if now - host.last_alert > throttle then
                host.last_alert = now
                lines[#lines + 1] = "Missing Heartbeat - " .. name .. "\n"
            end
        end
    end
    table.sort(lines)
    if #lines > 0 then inject_payload("alert", "", table.concat(lines)) end
    inject_payload("json", "heartbeat", cjson.encode(hosts))
end
