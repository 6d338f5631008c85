-- The text in which a circular buffer gives its changes ("cbufd"): a header line, then lines of a
-- time in seconds and the change of each column, "nan" for none.
--
--   grammar  -> {header = text, {time = ns, v1, v2, ...}, ...}; it matches the whole text or nothing

local l = require "lpeg"
local dt = require "date_time"

local P, Cc, Cg, Ct = l.P, l.Cc, l.Cg, l.Ct
local digit = l.R"09"

local number = P"-"^-1 * digit^1 * ("." * digit^1)^-1
local value = number / tonumber + P"-"^-1 * "nan" * Cc(0 / 0)
local time = Cg(digit^1 / dt.seconds_to_ns, "time")
local row = Ct(time * ("\t" * value)^1) * "\n"

return { grammar = Ct(Cg("{" * (1 - P"\n")^0, "header") * "\n" * row^1) * -1 }
