-- Writes the change of a cluster's status as the text of a mail: a title, and a line for each alarm. A status
-- that did not change, or is OKAY from the start, gives nothing to send.
--
-- Matcher of the output: Type == 'heka.sandbox.gse_cluster_metric' || Type == 'heka.sandbox.gse_node_cluster_metric'

local table = require "table"
local afd_message = require "afd_message"
local gse_utils = require "gse_utils"
local last_status = require "last_status"
local lma_utils = require "lma_utils"

local NOTHING = -2 -- to send
local MAX_TEXT = 32 * 1024 -- bytes, less than an encoder may give: a mail that lacks alarms is better than none

-- By the message's type and the cluster, of those that were not OKAY from the start.
local statuses = last_status.new()

function process_message()
    local cluster = afd_message.get_entity_name("cluster_name")
    if not cluster then return -1, "Cannot find the name of the cluster" end
    local status = afd_message.get_status()
    if not status then return -1, "Cannot find the status of the cluster " .. cluster end
    local alarms = afd_message.extract_alarms()
    if not alarms then return -1, "Cannot find the alarms of the cluster " .. cluster end
    local key = read_message("Type") .. "." .. cluster
    local before = statuses:get(key)
    if before == status or not before and status == gse_utils.OKAY then return NOTHING end
    if not statuses:set(key, status) then return -1, last_status.FULL end
    local lines = afd_message.alarms_for_human(alarms)
    if #lines == 0 then lines[1] = "no detail" end
    local text = cluster .. " status " .. last_status.words(before, status) .. "\n" .. table.concat(lines, "\n")
    return lma_utils.safe_inject_payload("txt", "", lma_utils.truncate(text, MAX_TEXT, "\n"))
end
