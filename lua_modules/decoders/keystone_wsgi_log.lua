-- Decodes the access logs of Keystone behind Apache.
--
--   apache_log_pattern  Apache's LogFormat of the log

local string = require "string"
local common_log_format = require "common_log_format"
local lma_record = require "lma_record"
local lma_time = require "lma_time"

local grammar = common_log_format.build_apache_grammar(
    read_config("apache_log_pattern") or error("apache_log_pattern configuration must be specified"))

local INFO = 6

-- seconds_of is the time of a request, which Apache gives in microseconds (%D) or seconds (%T).
local function seconds_of(time)
    if type(time) ~= "table" then return nil end
    return time.representation == "us" and time.value / 1e6 or time.value
end

local function add_request(fields, request)
    if type(request) ~= "string" then return end
    local method, url, version = string.match(request, "^(%u%u%u+)%s(%S+)%sHTTP/(%d%.%d)")
    fields.http_method, fields.http_url, fields.http_version = method, url, version
end

function process_message()
    local line = read_message("Payload")
    local found = grammar:match(line)
    if not found then return lma_record.refused() end
    local day, month, year = string.match(line, "%[(%d%d)/(%a%a%a)/(%d%d%d%d):")
    if day and not lma_time.is_day(year, month, day) then return lma_record.refused() end
    local msg = lma_record.log(INFO, read_message("Logger"))
    msg.Timestamp = found.time
    msg.Logger = "openstack.keystone"
    msg.Payload = lma_record.chomp(line)
    msg.Fields.http_status = found.status
    msg.Fields.http_response_time = seconds_of(found.request_time)
    add_request(msg.Fields, found.request)
    return lma_record.inject(msg, true)
end
