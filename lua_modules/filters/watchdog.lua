-- Says every ticker_interval that the collector is alive: a payload for an output that writes it to a file.
-- It needs no messages: message_matcher = "FALSE".
--
--   payload_name  name of the payload
--   payload       its text; default the seconds since 1970

local math = require "math"

local payload_name = read_config("payload_name") or error("payload_name must be specified!")
local payload = read_config("payload")

function process_message() return 0 end

function timer_event(ns)
    if payload == nil then
        inject_payload("txt", payload_name, math.floor(ns / 1e9))
    else
        inject_payload("txt", payload_name, payload)
    end
end
