-- Decodes /proc/net/netstat and /proc/net/snmp: pairs of lines, names and their values. An integer field
-- <protocol>_<name> for each, and FilePath.
-- Option: payload_keep.

local l = require "lpeg"
l.locale(l)

local protocol = l.C(l.alnum^1) * ":"
local names = l.Ct((" " * l.C(l.alnum^1))^1) * "\n"
local values = l.Ct((" " * (l.P"-"^-1 * l.digit^1 / tonumber))^1) * "\n"

local function add(fields, header, keys, again, numbers)
    for i, key in ipairs(keys) do
        fields[header .. "_" .. key] = { value = numbers[i], value_type = 2 }
    end
    return fields
end

-- The second line must be of the same protocol and length.
local function paired(_, position, header, keys, again, numbers)
    if header ~= again or #keys ~= #numbers then return false end
    return position, header, keys, again, numbers
end

local pair = l.Cg(l.Cmt(protocol * names * protocol * values, paired))
local grammar = l.Cf(l.Ct"" * pair^1, add) * -1

process_message = require("proc_file").decoder("stats.netstat", "Failed to match grammar", function(text) return grammar:match(text) end)
