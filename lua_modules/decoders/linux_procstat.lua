-- Decodes /proc/stat: a field for each line, with all its numbers.
-- Option: payload_keep.

local l = require "lpeg"
local lma_utils = require "lma_utils"
l.locale(l)

local payload_keep = read_config("payload_keep")
local msg = { Type = "stats.procstat" }

local numbers = l.Ct((l.P" "^1 * (l.digit^1 / tonumber))^1)
local line = l.Cg(l.C((l.alnum + "_")^1) * numbers * l.P" "^0 * "\n")
local grammar = l.Cf(l.Ct"" * line^1, function(fields, name, value)
    fields[name] = value
    return fields
end) * -1

function process_message()
    local text = read_message("Payload")
    local fields = grammar:match(text)
    if not fields then return -1 end
    fields.FilePath = read_message("Fields[FilePath]")
    msg.Fields = fields
    msg.Payload = payload_keep and text or nil
    return lma_utils.safe_inject_message(msg)
end
