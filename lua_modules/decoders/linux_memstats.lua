-- Decodes /proc/meminfo: a field for each line, in kB or a number, and FilePath.
-- Option: payload_keep.

local l = require "lpeg"
l.locale(l)

local value = l.Ct(l.Cg(l.digit^1 / tonumber, "value") * (" " * l.Cg("kB", "representation") + l.Cg(l.Cc"", "representation")))
local line = l.Cg(l.C((l.graph - ":")^1) * ":" * l.S" \t"^0 * value * l.S" \t"^0 * "\n")
local grammar = l.Cf(l.Ct"" * line^1, function(fields, name, value)
    fields[name] = value
    return fields
end) * -1

process_message = require("proc_file").decoder("stats.memstats", "the record is no /proc/meminfo", function(text) return grammar:match(text) end)
