-- Graphs the status codes of a web server's messages, in classes.
-- Options: sec_per_row (60), rows (1440), status_field ("status"), anomaly_config, alert_throttle (3600 s),
-- preservation_version.

-- The graph is another one than that of the first version.
_PRESERVATION_VERSION = (read_config("preservation_version") or 0) + 1

require "circular_buffer"
local math = require "math"
local alert = require "alert"
local graph = require "cbuf_graph"

local TITLE = "HTTP Status"
local COLUMNS = { "HTTP_100", "HTTP_200", "HTTP_300", "HTTP_400", "HTTP_500", "HTTP_UNKNOWN" }
local UNKNOWN = #COLUMNS

local status_field = "Fields[" .. (read_config("status_field") or "status") .. "]"
local anomaly_config = graph.anomaly_config()
alert.set_throttle((read_config("alert_throttle") or 3600) * 1e9)

cbuf = circular_buffer.new(read_config("rows") or 1440, #COLUMNS, read_config("sec_per_row") or 60)
for i, name in ipairs(COLUMNS) do cbuf:set_header(i, name) end

function process_message()
    local status = tonumber(read_message(status_field))
    local known = status and status >= 100 and status < 600
    cbuf:add(read_message("Timestamp"), known and math.floor(status / 100) or UNKNOWN, 1)
    return 0
end

function timer_event(ns) graph.inject(ns, TITLE, cbuf, anomaly_config) end
