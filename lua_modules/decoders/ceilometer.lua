-- Decodes the samples that Ceilometer publishes: all samples of a notification as one message of type
-- ceilometer_samples, a list of datapoints for influxdb_accumulator, and perhaps what is known of their resources as
-- one of type ceilometer_resource.
--
--   metadata_fields   members of the resource's metadata, separated by blanks, that become tags metadata.<name>
--   decode_resources  true: the resources too; default false

local cjson = require "cjson"
local string = require "string"
local lma_time = require "lma_time"
local lma_utils = require "lma_utils"

local metadata_fields = {}
for name in string.gmatch(read_config("metadata_fields") or "", "%S+") do metadata_fields[#metadata_fields + 1] = name end
local decode_resources = read_config("decode_resources") == true

local function time_of(text) return type(text) == "string" and lma_time.parse(text) or nil end

local function is_scalar(value)
    local kind = type(value)
    return kind == "string" or kind == "number" or kind == "boolean"
end

local function scalar(value) return is_scalar(value) and value or nil end

local function add_metadata(tags, metadata)
    if type(metadata) ~= "table" then return end
    for _, name in ipairs(metadata_fields) do
        if is_scalar(metadata[name]) then tags["metadata." .. name] = metadata[name] end
    end
end

local function datapoint(sample, ns)
    local tags = {
        meter = scalar(sample.counter_name), resource_id = scalar(sample.resource_id), project_id = scalar(sample.project_id),
        user_id = scalar(sample.user_id), source = scalar(sample.source),
    }
    add_metadata(tags, sample.resource_metadata)
    return {
        name = "sample",
        timestamp = time_of(sample.timestamp) or ns,
        values = {
            value = scalar(sample.counter_volume), message_id = scalar(sample.message_id), recorded_at = scalar(sample.recorded_at),
            timestamp = scalar(sample.timestamp), message_signature = scalar(sample.message_signature),
            type = scalar(sample.counter_type), unit = scalar(sample.counter_unit),
        },
        tags = tags,
    }
end

-- resource is what a sample tells of its resource; meters are those of earlier samples of it.
local function resource(sample, meters)
    meters[sample.counter_name] = { type = scalar(sample.counter_type), unit = scalar(sample.counter_unit) }
    return {
        timestamp = sample.timestamp, resource_id = sample.resource_id, source = sample.source,
        metadata = sample.resource_metadata, user_id = sample.user_id, project_id = sample.project_id, meter = meters,
    }
end

local function open()
    local ok, data = pcall(cjson.decode, read_message("Payload"))
    if not ok or type(data) ~= "table" then return nil, "Cannot decode Payload" end
    local decoded, message = pcall(cjson.decode, data["oslo.message"])
    if not decoded or type(message) ~= "table" or type(message.payload) ~= "table" then
        return nil, "Cannot decode Payload[oslo.message]"
    end
    return message
end

local function inject(typ, ns, content)
    local payload = lma_utils.safe_json_encode(content)
    if not payload then return -1, "the samples are too many for one message, or hold a value that JSON has not" end
    return lma_utils.safe_inject_message({
        Type = typ, Timestamp = ns, Severity = lma_utils.label_to_severity_map.INFO, Payload = payload,
    })
end

function process_message()
    local message, err = open()
    if not message then return -1, err end
    local ns = time_of(message.timestamp) or read_message("Timestamp")
    local samples, resources = {}, {}
    for _, sample in pairs(message.payload) do -- a null leaves a hole
        if type(sample) == "table" and scalar(sample.counter_name) then
            samples[#samples + 1] = datapoint(sample, ns)
            local id = scalar(sample.resource_id)
            if id then resources[id] = resource(sample, resources[id] and resources[id].meter or {}) end
        end
    end
    if #samples == 0 then return -1, "no sample has a counter_name" end
    local status, reason = inject("ceilometer_samples", ns, samples)
    if status ~= 0 or not decode_resources or next(resources) == nil then return status, reason end
    return inject("ceilometer_resource", ns, resources)
end
