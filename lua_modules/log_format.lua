-- From a log's format to its grammar: what the builders of common_log_format and syslog have in common.
--
-- A format is a list of tokens:
--   {literal = text}     text that stands in the line as it is
--   {space = pattern}    white space
--   {value = pattern}    a value of a known form, with its captures
--   {text = name}        any text, captured under the name
--
-- Any text ends where the literal that follows it begins. Where none follows, it ends at the last
-- character of the literal before it (`"$request"`), or else as the kind of format has it.

local l = require "lpeg"
local string = require "string"

local P, C, Cg, Ct = l.P, l.C, l.Cg, l.Ct

local function text(name, stop, quoted)
    local char = 1 - P(stop)
    if quoted then char = (1 - (P"\\" + stop))^1 + P'\\"' + char end
    return Cg(C(char^0), name)
end

local M = {}

local WHITE = l.S" \t\n\v\f\r"

-- access_grammar is for access logs: the literal before counts also with values in between, within
-- quotes \" is no end, and a text that is followed by white space or by nothing that ends it ends there.
function M.access_grammar(tokens)
    local pattern, last = P(true), nil
    for i, token in ipairs(tokens) do
        local following = tokens[i + 1] or {}
        if token.text then
            local white_before = last and string.find(last, "%s") and last
            local stop = following.literal or white_before or following.space or last or WHITE
            pattern = pattern * text(token.text, stop, last == '"')
        else
            pattern = pattern * (token.literal or token.space or token.value)
            if token.literal then last = string.sub(token.literal, -1) end
            if token.space then last = nil end
        end
    end
    return Ct(pattern)
end

-- line_grammar is for lines: the literal before counts if it stands directly before, and a text that
-- nothing else ends is the rest of the line.
function M.line_grammar(tokens)
    local pattern = P(true)
    for i, token in ipairs(tokens) do
        if token.text then
            local before, following = tokens[i - 1] or {}, tokens[i + 1] or {}
            local last = before.literal and string.sub(before.literal, -1)
            pattern = pattern * text(token.text, following.literal or last or "\n")
        else
            pattern = pattern * (token.literal or token.space or token.value)
        end
    end
    return Ct(pattern)
end

local letters = { a = "\a", b = "\b", f = "\f", n = "\n", r = "\r", t = "\t", v = "\v" }

-- unescape is the character for what stands behind a backslash: a letter, ddd, or the character itself.
function M.unescape(code)
    local byte = tonumber(code)
    if byte then return string.char(byte % 256) end
    return letters[code] or code
end

return M
