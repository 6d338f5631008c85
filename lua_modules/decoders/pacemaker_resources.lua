-- Decodes `<resource> <digit>`, as a script prints it for each Pacemaker resource: 1 where the resource runs.
-- The line becomes the metric pacemaker.resource.<resource>.active.

local string = require "string"
local lma_utils = require "lma_utils"

function process_message()
    local payload = read_message("Payload")
    local resource, value = string.match(payload, "^([%w._-]+)%s(%d)")
    if not resource then return -1, "expected `<resource> <digit>`" end
    local msg = {
        Timestamp = read_message("Timestamp"),
        Type = "metric",
        Severity = lma_utils.label_to_severity_map.INFO,
        Payload = payload,
        Fields = {
            name = "pacemaker.resource." .. resource .. ".active",
            value = tonumber(value),
            type = lma_utils.metric_type.GAUGE,
            source = "pacemaker",
            hostname = read_message("Hostname"),
        },
    }
    lma_utils.inject_tags(msg)
    return lma_utils.safe_inject_message(msg)
end
