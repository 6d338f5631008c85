-- Measures how long Nova and Cinder took to create instances and volumes and to attach volumes, in seconds.
--
-- message_matcher = "Type == 'notification' && Fields[event_type] =~ /^(compute.instance|volume).(create|attach).end$/"

local cjson = require "cjson"
local math = require "math"
local lma_time = require "lma_time"
local lma_utils = require "lma_utils"

-- created gives the dates between which a resource was made.
local function created()
    return read_message("Fields[created_at]"), read_message("Fields[launched_at]")
end

-- attached gives those of the first attachment, which only the payload tells.
local function attached()
    local ok, notification = pcall(cjson.decode, read_message("Payload"))
    if not ok or type(notification) ~= "table" then return nil end
    local list = notification.volume_attachment
    if list == nil and type(notification.payload) == "table" then list = notification.payload.volume_attachment end
    local first = type(list) == "table" and list[1]
    if type(first) ~= "table" then return nil end
    return first.created_at, first.attach_time
end

local EVENTS = {
    ["compute.instance.create.end"] = { name = "openstack_nova_instance_creation_time", dates = created },
    ["volume.create.end"] = { name = "openstack_cinder_volume_creation_time", dates = created },
    ["volume.attach.end"] = { name = "openstack_cinder_volume_attachment_time", dates = attached },
}

local function time_of(date)
    local ns = type(date) == "string" and lma_time.parse(date)
    return ns and ns ~= 0 and ns
end

function process_message()
    local event_type = read_message("Fields[event_type]")
    local event = EVENTS[event_type]
    if not event then return -1, "Unexpected event_type " .. tostring(event_type) end
    local begin, done = event.dates()
    local from, to = time_of(begin), time_of(done)
    if not from or not to then
        return -1, event_type .. " without two dates: " .. tostring(begin) .. ", " .. tostring(done)
    end
    if from > to then return -1, event_type .. " that was done before it began: " .. begin .. ", " .. done end
    local msg = {
        Timestamp = read_message("Timestamp"),
        Type = "metric",
        Severity = lma_utils.label_to_severity_map.INFO,
        Fields = {
            name = event.name,
            value = { value = math.floor((to - from) / 1e6 + 0.5) / 1e3, representation = "s" },
            type = lma_utils.metric_type.GAUGE,
            source = read_message("Logger"),
            hostname = read_message("Fields[hostname]"),
            tenant_id = read_message("Fields[tenant_id]"),
            user_id = read_message("Fields[user_id]"),
            tag_fields = { "hostname" },
        },
    }
    lma_utils.inject_tags(msg)
    return lma_utils.safe_inject_message(msg)
end
