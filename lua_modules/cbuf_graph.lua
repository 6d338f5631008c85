-- What filters that draw graphs share.
--   anomaly_config()                 the option anomaly_config, parsed, or nil
--   inject(ns, title, cbuf, config)  sends the graph as a payload of type "cbuf". With a config it looks for anomalies,
--                                    sends them as an alert, and puts the notes on the graph, a line of JSON, before it

local alert = require "alert"
local annotation = require "annotation"
local anomaly = require "anomaly"

local inject_payload, read_config = inject_payload, read_config

local M = {}

function M.anomaly_config() return anomaly.parse_config(read_config("anomaly_config")) end

function M.inject(ns, title, cbuf, config)
    if not config then
        inject_payload("cbuf", title, cbuf)
        return
    end
    local rows, _, seconds_per_row = cbuf:get_configuration()
    annotation.set_prune(title, rows * seconds_per_row * 1e9) -- as long as the graph reaches back
    if not alert.throttled(ns) then
        local text, notes = anomaly.detect(ns, title, cbuf, config)
        if text then
            annotation.concat(title, notes)
            alert.send(ns, text)
        end
    end
    inject_payload("cbuf", title, annotation.prune(title, ns), cbuf)
end

return M
