-- Log records: what decoders of logs have in common.

local string = require "string"
local lma_utils = require "lma_utils"
local read_config, read_message, read_next_field, write_message = read_config, read_message, read_next_field, write_message
local ipairs, pairs, type = ipairs, pairs, type

local M = {}

-- chomp is a text without the line end that ended it in its file.
function M.chomp(text) return (string.gsub(text, "\r?\n$", "")) end

-- log is a message of type log with its severity (0 to 7) and the program that wrote it.
function M.log(severity, programname)
    local msg = {
        Type = "log",
        Severity = severity,
        Fields = { severity_label = lma_utils.severity_to_label_map[severity], programname = programname },
    }
    lma_utils.inject_tags(msg)
    return msg
end

local function clear_fields()
    local names = {}
    while true do
        local value_type, name = read_next_field()
        if value_type == nil then break end
        names[#names + 1] = name
    end
    for _, name in ipairs(names) do write_message("Fields[" .. name .. "]", nil) end
end

local HEADERS = { "Type", "Logger", "Hostname", "Payload", "Severity", "Pid", "Timestamp" }

-- become makes the record itself the message.
local function become(msg)
    clear_fields()
    for _, name in ipairs(HEADERS) do
        if msg[name] ~= nil then write_message(name, msg[name]) end
    end
    for name, value in pairs(msg.Fields) do
        if type(value) == "table" then
            for i, item in ipairs(value) do write_message("Fields[" .. name .. "]", item, "", 0, i - 1) end
        else
            write_message("Fields[" .. name .. "]", value)
        end
    end
    return 0
end

local in_zone = read_config("tz") ~= nil

-- inject sends a message, of which headers that it lacks are the record's. exact tells that its time has an
-- offset from UTC of its own: the option tz, by which the host moves the times of injected messages, is not for it.
function M.inject(msg, exact)
    if not (in_zone and exact) then return lma_utils.safe_inject_message(msg) end
    return become(msg)
end

-- beginning is what an error text shows of a record.
function M.beginning(text) return string.sub(M.chomp(text), 1, 64) end

-- refused gives the status and the text for a record that is not what is expected.
function M.refused()
    return -1, "Failed to parse " .. read_message("Logger") .. " log: " .. M.beginning(read_message("Payload"))
end

return M
