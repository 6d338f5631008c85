-- Makes an annotation for InfluxDB of each change of a cluster's status: a title, the cluster as tag, and
-- the alarms as text.
--
-- message_matcher = "Type == 'heka.sandbox.gse_cluster_metric'"
--
--   measurement_name  default "annotations"

local string = require "string"
local table = require "table"
local afd_message = require "afd_message"
local gse_utils = require "gse_utils"
local lma_utils = require "lma_utils"

local measurement = read_config("measurement_name") or "annotations"

-- The last status of each cluster.
local statuses = {}

local function title_of(before, status)
    if before == status then return nil end
    if before then return string.format("General status %s -> %s", gse_utils.label(before), gse_utils.label(status)) end
    if status == gse_utils.OKAY then return nil end
    return "General status is " .. gse_utils.label(status)
end

function process_message()
    local cluster = afd_message.get_entity_name("cluster_name")
    if not cluster then return -1, "Cannot find the name of the cluster" end
    local status = afd_message.get_status()
    if not status then return -1, "Cannot find the status of the cluster " .. cluster end
    local alarms = afd_message.extract_alarms()
    if not alarms then return -1, "Cannot find the alarms of the cluster " .. cluster end
    local title = title_of(statuses[cluster], status)
    statuses[cluster] = status
    if not title then return 0 end
    local msg = {
        Timestamp = read_message("Timestamp"),
        Type = "metric",
        Severity = lma_utils.label_to_severity_map.INFO,
        Fields = {
            name = measurement,
            tag_fields = { "cluster" },
            value_fields = { "title", "tags", "text" },
            title = title,
            tags = cluster,
            text = table.concat(afd_message.alarms_for_human(alarms), "<br />"),
            cluster = cluster,
            source = "influxdb_annotation",
        },
    }
    lma_utils.inject_tags(msg)
    return lma_utils.safe_inject_message(msg)
end
