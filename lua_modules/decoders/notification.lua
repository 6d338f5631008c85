-- Decodes notifications of OpenStack services, bare or in the envelope of oslo.messaging.
--
--   include_full_notification  true: the payload is the whole notification; default its own payload
--   tz                         time zone of dates without offset; default UTC

local cjson = require "cjson"
local string = require "string"
local json_text = require "json_text"
local lma_record = require "lma_record"
local lma_time = require "lma_time"
local lma_utils = require "lma_utils"

local full = read_config("include_full_notification") == true

-- The project by the first word of the type of an event.
local PROJECTS = {
    compute = "nova", compute_task = "nova", scheduler = "nova", keypair = "nova",
    volume = "cinder", snapshot = "cinder", image = "glance", orchestration = "heat", identity = "keystone",
    floatingip = "neutron", security_group = "neutron", security_group_rule = "neutron", network = "neutron",
    port = "neutron", router = "neutron", subnet = "neutron", sahara = "sahara",
}

local OTHER_PRIORITIES = { WARN = 4, AUDIT = 6, SAMPLE = 6 }

local function as_it_is(value)
    local kind = type(value)
    if kind == "string" or kind == "number" or kind == "boolean" then return value end
    if kind ~= "table" or #value == 0 then return nil end
    local first = type(value[1])
    if first == "table" then return nil end
    for _, item in ipairs(value) do
        if type(item) ~= first then return nil end
    end
    return value
end

local function date(value) return type(value) == "string" and lma_utils.format_datetime(value) or nil end

local UUID = "^(" .. string.rep("%x", 8) .. ")(%-?)(%x%x%x%x)(%-?)(%x%x%x%x)(%-?)(%x%x%x%x)(%-?)(" .. string.rep("%x", 12) .. ")"

local function uuid(value)
    if type(value) ~= "string" then return nil end
    local a, dash, b, dash2, c, dash3, d, dash4, e = string.match(value, UUID)
    if not a or dash ~= dash2 or dash ~= dash3 or dash ~= dash4 then return nil end
    return a .. "-" .. b .. "-" .. c .. "-" .. d .. "-" .. e
end

-- What becomes a field: its name in the payload, its name as a field, and how it is written.
local FIELDS = {
    { "tenant_id", "tenant_id", uuid }, { "user_id", "user_id", uuid }, { "instance_id", "instance_id", uuid },
    { "network_id", "network_id", uuid }, { "subnet_id", "subnet_id", uuid }, { "port_id", "port_id", uuid },
    { "volume_id", "volume_id", uuid },
    { "created_at", "created_at", date }, { "launched_at", "launched_at", date },
    { "deleted_at", "deleted_at", date }, { "terminated_at", "terminated_at", date },
    { "status", "state", as_it_is }, { "state", "state", as_it_is },
    { "old_state", "old_state", as_it_is }, { "old_task_state", "old_task_state", as_it_is },
    { "new_task_state", "new_task_state", as_it_is }, { "display_name", "display_name", as_it_is },
    { "vcpus", "vcpus", as_it_is }, { "availability_zone", "availability_zone", as_it_is },
    { "instance_type", "instance_type", as_it_is }, { "image_name", "image_name", as_it_is },
    { "memory_mb", "memory_mb", as_it_is }, { "disk_gb", "disk_gb", as_it_is }, { "size", "size", as_it_is },
    { "replication_status", "replication_status", as_it_is },
}

-- open gives the notification and its text, or nil and what is wrong.
local function open(data)
    local ok, body = pcall(cjson.decode, data)
    if not ok then return nil, "Failed to parse notification: " .. body end
    if type(body) ~= "table" then return nil, "Failed to parse notification: it is no JSON object" end
    local version = body["oslo.version"]
    if version == nil then return body, data end
    local inner = body["oslo.message"]
    local prefix = "Failed to parse v" .. tostring(version) .. " notification: "
    if type(inner) ~= "string" then return nil, prefix .. "oslo.message is no text" end
    local decoded, notification = pcall(cjson.decode, inner)
    if not decoded then return nil, prefix .. notification end
    if type(notification) ~= "table" then return nil, prefix .. "it is no JSON object" end
    return notification, inner
end

local function severity_of(priority)
    local word = type(priority) == "string" and string.upper(priority) or ""
    return lma_utils.label_to_severity_map[word] or OTHER_PRIORITIES[word] or lma_utils.label_to_severity_map.DEBUG
end

local HOST = "^[%w_-]+"

local function add_origin(msg, notification, payload)
    local publisher, host
    if type(notification.publisher_id) == "string" then
        publisher, host = string.match(notification.publisher_id, "^([^.]+)%.([%w_-]+)")
    end
    local payload_host = (type(payload.host) == "string" or type(payload.host) == "number") and string.match(payload.host, HOST)
    msg.Hostname = payload_host or host
    msg.Fields.publisher, msg.Fields.hostname = publisher, msg.Hostname
end

local function message_of(notification, text, data)
    local payload = type(notification.payload) == "table" and notification.payload or {}
    local msg = {
        Type = "notification",
        Logger = PROJECTS[string.match(notification.event_type, "^[^.]*")],
        Severity = severity_of(notification.priority),
        Payload = full and data or json_text.member(text, "payload") or lma_utils.safe_json_encode(notification.payload),
        Fields = { severity_label = as_it_is(notification.priority), event_type = notification.event_type },
    }
    for _, field in ipairs(FIELDS) do
        local value = field[3](payload[field[1]])
        if value ~= nil then msg.Fields[field[2]] = value end
    end
    add_origin(msg, notification, payload)
    lma_utils.inject_tags(msg)
    return msg
end

function process_message()
    local data = read_message("Payload")
    local notification, text = open(data)
    if not notification then return -1, text .. ": '" .. lma_record.beginning(data) .. "'" end
    if type(notification.event_type) ~= "string" then return -1, "Failed to parse notification: it has no event_type" end
    if notification.payload == nil then return -1, "Failed to parse notification: it has no payload" end
    local msg = message_of(notification, text, data)
    local ns, _, exact
    if type(notification.timestamp) == "string" then ns, _, exact = lma_time.parse(notification.timestamp) end
    msg.Timestamp = ns or read_message("Timestamp")
    return lma_record.inject(msg, exact or not ns)
end
