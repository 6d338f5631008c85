-- Grammars of MySQL's and MariaDB's slow query logs. Each gives
--   {Hostname, Timestamp (text of digits, ns), Payload (the statement), Fields = {Query_time, Lock_time, ...}}
--
--   slow_query_grammar, mariadb_slow_query_grammar              with the line `# User@Host: ...`
--   short_slow_query_grammar, mariadb_short_slow_query_grammar  without it

local l = require "lpeg"
l.locale(l)

local P, Cc, Cg, Ct = l.P, l.Cc, l.Cg, l.Ct
local digit, blank, nl = l.digit, l.S" \t", P"\n"
local line = (1 - nl)^0 * nl

local count = digit^1 / tonumber
local seconds = Ct(Cg(digit^1 * "." * digit^1 / tonumber, "value") * Cg(Cc"s", "representation"))

local function named(name, value) return name * P":" * blank^0 * Cg(value, name) end
local function row(...)
    local p = P"# "
    for _, item in ipairs({ ... }) do p = p * item * blank^0 end
    return p * line
end

local time = ("# Time: " * line)^0

local name = (1 - l.S"[]\n")^0
local user = "# User@Host: " * name * "[" * name * "]" * blank^0 * "@" * blank^0 * (1 - l.S"[\n")^0
    * "[" * Cg((1 - l.S"]\n")^0, "Hostname") * "]" * line

local cost = row(named("Query_time", seconds), named("Lock_time", seconds), named("Rows_sent", count), named("Rows_examined", count))

local yes_no = P"Yes" + "No"
local thread = row(named("Thread_id", count), named("Schema", (l.graph - P"QC_hit:")^0), named("QC_hit", yes_no))
local plan = row(named("Full_scan", yes_no), named("Full_join", yes_no), named("Tmp_table", yes_no), named("Tmp_table_on_disk", yes_no))
    + row(named("Filesort", yes_no), named("Filesort_on_disk", yes_no), named("Merge_passes", count))
local other = "#" * line -- what later versions tell

local use = ("use " * line)^0
local set = "SET " * ("last_insert_id=" * digit^1 * ",")^-1 * ("insert_id=" * digit^1 * ",")^-1
    * "timestamp=" * Cg(digit^1 / "%0000000000", "Timestamp") * ";" * nl
local admin = ("# administrator command: " * line)^0

local stop = ";" * (nl + -P(1))
local statement = Cg((1 - stop)^0 * ";", "Payload")

local function grammar(header, fields)
    return Ct(time * header * Cg(Ct(fields), "Fields") * use * set * admin * statement)
end

return {
    slow_query_grammar = grammar(user, cost * other^0),
    short_slow_query_grammar = grammar(P(true), cost * other^0),
    mariadb_slow_query_grammar = grammar(user, thread * cost * (plan + other)^0),
    mariadb_short_slow_query_grammar = grammar(P(true), thread * cost * (plan + other)^0),
}
