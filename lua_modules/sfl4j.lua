-- The log events of Java's SLF4J:
--
--   WARN [2026-11-20 07:18:44,123] org.example.Pool: the pool is empty
--   ! java.lang.IllegalStateException: empty
--
--   logevent_grammar  -> {severity, timestamp (ns), class, message, stacktrace}

local l = require "lpeg"
local string = require "string"
local dt = require "date_time"

local P, Cc, Cg, Ct = l.P, l.Cc, l.Cg, l.Ct
local digit, blank = l.R"09", P" "

local severity = P(false)
for _, level in ipairs({ { "TRACE", 7 }, { "DEBUG", 7 }, { "INFO", 6 }, { "WARN", 4 }, { "ERROR", 3 }, { "FATAL", 0 } }) do
    severity = severity + (P(level[1]) + string.lower(level[1])) * Cc(level[2])
end

local fraction = Cg(digit * digit * digit^1 / function(digits) return tonumber("0." .. digits) end, "sec_frac")
local time = Ct(dt.rfc3339_full_date * " " * dt.time_hour * ":" * dt.time_minute * ":" * dt.time_second * "," * fraction^-1)
local line = (1 - P"\n")^0

return {
    logevent_grammar = Ct(
        Cg(severity, "severity") * blank^1
        * "[" * Cg(time / dt.time_to_ns, "timestamp") * "]" * blank^1
        * Cg((1 - l.S":\n")^1, "class") * ":" * blank^1
        * Cg(line, "message") * "\n"
        * Cg((line * "\n")^0, "stacktrace")),
}
