-- Decodes /proc/meminfo: a field for each line, in kB or a number, and FilePath.
-- Option: payload_keep.

local l = require "lpeg"
local lma_utils = require "lma_utils"
l.locale(l)

local payload_keep = read_config("payload_keep")
local msg = { Type = "stats.memstats" }

local value = l.Ct(l.Cg(l.digit^1 / tonumber, "value") * (" " * l.Cg("kB", "representation") + l.Cg(l.Cc"", "representation")))
local line = l.Cg(l.C((l.graph - ":")^1) * ":" * l.S" \t"^0 * value * l.S" \t"^0 * "\n")
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
