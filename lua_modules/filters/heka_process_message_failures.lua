-- Watches how many messages each plugin fails to process, in messages of type heka.all-report, and alerts of
-- anomalies: once an hour for a plugin.
-- Option: anomaly_config (mww_nonparametric("DEFAULT", 1, 5, 10, 0.7)); what it says of DEFAULT holds for every plugin
-- that it does not name.

require "circular_buffer"
local cjson = require "cjson"
local string = require "string"
local table = require "table"
local anomaly = require "anomaly"

local ROWS, SECONDS_PER_ROW = 60, 60
local HOUR = 3600e9
local SECTIONS = { "inputs", "decoders", "filters", "encoders", "outputs" }

local config = anomaly.parse_config(read_config("anomaly_config") or 'mww_nonparametric("DEFAULT", 1, 5, 10, 0.7)')

plugins = {} -- by name: {failures, last_alert, cbuf}

-- config_of is the configuration for a plugin: what is said of it or of DEFAULT, in a list of its own, as the
-- time of its last detection is kept there.
local function config_of(name)
    if not config[name] and config.DEFAULT then
        config[name] = {}
        for i, algorithm in ipairs(config.DEFAULT) do config[name][i] = algorithm end
    end
    return config
end

local function count(ns, name, failures)
    local plugin = plugins[name]
    if not plugin then
        plugin = { failures = failures, last_alert = 0, cbuf = circular_buffer.new(ROWS, 1, SECONDS_PER_ROW) }
        plugin.cbuf:set_header(1, "Failures")
    end
    local grown = failures - plugin.failures
    if grown < 0 then grown = failures end -- it was restarted
    plugin.cbuf:add(ns, 1, grown)
    plugin.failures = failures
    return plugin
end

function process_message()
    local ok, report = pcall(cjson.decode, read_message("Payload"))
    if not ok or type(report) ~= "table" then return -1, "the payload is no JSON object" end
    local ns, seen = read_message("Timestamp"), {}
    for _, section in ipairs(SECTIONS) do
        for _, entry in pairs(type(report[section]) == "table" and report[section] or {}) do
            local failures = type(entry) == "table" and entry.ProcessMessageFailures
            local value = type(failures) == "table" and tonumber(failures.value)
            if value and type(entry.Name) == "string" then seen[entry.Name] = count(ns, entry.Name, value) end
        end
    end
    plugins = seen -- those that are gone are forgotten
    return 0
end

function timer_event(ns)
    local lines = {}
    for name, plugin in pairs(plugins) do
        if ns - plugin.last_alert > HOUR then
            local text = anomaly.detect(ns, name, plugin.cbuf, config_of(name))
            if text then
                lines[#lines + 1] = text
                plugin.last_alert = ns
            end
        end
    end
    table.sort(lines)
    if #lines > 0 then inject_payload("alert", "", table.concat(lines, "\n")) end
end
