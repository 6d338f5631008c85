-- Makes Librato's gauges of a circular buffer: of each row that is complete and was not sent before. The last
-- row is never complete. Use preserve_data, so that nothing is sent twice.
-- Option: message_key ("%{Logger}:%{payload_name}"), what tells buffers apart.

local cjson = require "cjson"
local math = require "math"
local string = require "string"
local lma_utils = require "lma_utils"
local interpolate = require("msg_interpolate").interpolate_from_msg

local message_key = read_config("message_key") or "%{Logger}:%{payload_name}"

last_times = {} -- by key, the time of the first row of the buffer that was sent last

local function is_header(header)
    return type(header) == "table" and type(header.column_info) == "table" and type(header.time) == "number"
        and type(header.seconds_per_row) == "number" and header.seconds_per_row > 0
end

local function decoded(line)
    local ok, value = pcall(cjson.decode, line or "")
    return ok and value or nil
end

-- split is the header of a buffer's text and its rows, an array of texts.
local function split(payload)
    local lines = {}
    for line in string.gmatch(payload, "[^\n]+") do lines[#lines + 1] = line end
    local first, header = 1, decoded(lines[1])
    if type(header) == "table" and not header.column_info then -- annotations
        first, header = 2, decoded(lines[2])
    end
    if not is_header(header) then return nil end
    local rows = {}
    for i = first + 1, #lines do rows[#rows + 1] = lines[i] end
    return header, rows
end

local function add_row(gauges, header, text, time, hostname)
    local column = 0
    for cell in string.gmatch(text, "[^\t]+") do
        column = column + 1
        local value, info = tonumber(cell), header.column_info[column]
        if value and value - value == 0 and type(info) == "table" then
            gauges[#gauges + 1] = { name = info.name, source = hostname, value = value, measure_time = time }
        end
    end
end

-- first_new is the first row that was not sent, or nil and the status to return.
local function first_new(header, rows, last)
    if not last then return 1 end
    local passed = header.time - last
    if passed == 0 then return nil, -2 end
    if passed < 0 then return nil, -1, "the buffer went back in time" end
    if passed % header.seconds_per_row ~= 0 then return nil, -1, "the time is not a multiple of seconds_per_row" end
    return math.max(1, #rows - passed / header.seconds_per_row)
end

function process_message()
    local header, rows = split(read_message("Payload"))
    if not header then return -1, "the payload is no circular buffer" end
    if #rows < 3 then return -1, "the circular buffer has fewer than 3 rows" end
    local key = interpolate(message_key)
    local first, status, text = first_new(header, rows, last_times[key])
    if not first then return status, text end

    local gauges, hostname = {}, read_message("Hostname")
    for i = first, #rows - 1 do
        add_row(gauges, header, rows[i], header.time + (i - 1) * header.seconds_per_row, hostname)
    end
    last_times[key] = header.time
    if #gauges == 0 then return -2 end
    local json = lma_utils.safe_json_encode({ gauges = gauges })
    if not json then return -1, "the buffer is too large" end
    return lma_utils.safe_inject_payload("json", "librato", json)
end
