-- Decodes /proc/stat: a field for each line, with all its numbers.
-- Option: payload_keep.

local l = require "lpeg"
l.locale(l)

local numbers = l.Ct((l.P" "^1 * (l.digit^1 / tonumber))^1)
local line = l.Cg(l.C((l.alnum + "_")^1) * numbers * l.P" "^0 * "\n")
local grammar = l.Cf(l.Ct"" * line^1, function(fields, name, value)
    fields[name] = value
    return fields
end) * -1

process_message = require("proc_file").decoder("stats.procstat", "the record is no /proc/stat", function(text) return grammar:match(text) end)
