-- Counts the state changes of Nova's instances: each notification of another state becomes the metric
-- openstack_nova_instance_state.
--
-- message_matcher = "Type == 'notification' && Fields[event_type] == 'compute.instance.update' && Fields[state] != NIL"

local lma_utils = require "lma_utils"

function process_message()
    local state, old_state = read_message("Fields[state]"), read_message("Fields[old_state]")
    if state == nil then return -1, "Fields[state] is missing" end
    if state == old_state then return 0 end
    local msg = {
        Timestamp = read_message("Timestamp"),
        Type = "metric",
        Severity = lma_utils.label_to_severity_map.INFO,
        Fields = {
            name = "openstack_nova_instance_state",
            value = 1,
            type = lma_utils.metric_type.COUNTER,
            source = read_message("Logger"),
            state = state,
            hostname = read_message("Fields[hostname]"),
            tenant_id = read_message("Fields[tenant_id]"),
            user_id = read_message("Fields[user_id]"),
            tag_fields = { "state", "hostname" },
        },
    }
    lma_utils.inject_tags(msg)
    return lma_utils.safe_inject_message(msg)
end
