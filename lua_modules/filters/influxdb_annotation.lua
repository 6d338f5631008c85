-- Makes an annotation for InfluxDB of each change of a cluster's status: a title, the cluster as tag, and
-- the alarms as text.
--
-- message_matcher = "Type == 'heka.sandbox.gse_cluster_metric'"
--
--   measurement_name  default "annotations"

local table = require "table"
local afd_message = require "afd_message"
local gse_utils = require "gse_utils"
local last_status = require "last_status"
local lma_utils = require "lma_utils"

local measurement = read_config("measurement_name") or "annotations"

local statuses = last_status.new() -- by cluster

function process_message()
    local cluster = afd_message.get_entity_name("cluster_name")
    if not cluster then return -1, "Cannot find the name of the cluster" end
    local status = afd_message.get_status()
    if not status then return -1, "Cannot find the status of the cluster " .. cluster end
    local alarms = afd_message.extract_alarms()
    if not alarms then return -1, "Cannot find the alarms of the cluster " .. cluster end
    local before = statuses:get(cluster)
    if not statuses:set(cluster, status) then return -1, last_status.FULL end
    if before == status or not before and status == gse_utils.OKAY then return 0 end
    local msg = {
        Timestamp = read_message("Timestamp"),
        Type = "metric",
        Severity = lma_utils.label_to_severity_map.INFO,
        Fields = {
            name = measurement,
            tag_fields = { "cluster" },
            value_fields = { "title", "tags", "text" },
            title = "General status " .. last_status.words(before, status),
            tags = cluster,
            text = table.concat(afd_message.alarms_for_human(alarms), "<br />"),
            cluster = cluster,
            source = "influxdb_annotation",
        },
    }
    lma_utils.inject_tags(msg)
    return lma_utils.safe_inject_message(msg)
end
