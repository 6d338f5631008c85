-- Forms of log messages, and the grammars that they stand for. A form is the message with names in the
-- places where it varies:
--
--   New session <session_id:number> of user <user_id>.$
--
--   <name>           text, up to what follows it; it may be empty
--   <name:type>      a value of a type that the caller gives, a table of patterns
--   <name=a|b>       one of these texts
--   <> and <:type>   the same without a capture
--   [...]            may be missing
--   {...|...}        one of these
--   %x               the character x itself
--   $                the end of the message; without it a tail is ignored
--
--   compile(forms, types [, prefix])  -> a grammar that tries the forms in their order and gives a table of
--                                        the names, each with the prefix

local l = require "lpeg"
local string = require "string"

local error, ipairs = error, ipairs
local P, S, V, C, Cg, Ct = l.P, l.S, l.V, l.C, l.Cg, l.Ct

local function element(kind) return function(...) return { kind = kind, ... } end end

local special = S"<>[]{}|$%"
local char = "%" * C(1) + C(1 - special)
local word = (1 - S"<>:=|")^1
local grammar = P{
    V"sequence" * -1,
    sequence = Ct((V"literal" + V"name" + V"optional" + V"choice" + V"ending")^0),
    literal = l.Cf(char^1, function(a, b) return a .. b end) / element("literal"),
    name = "<" * (
        C(word) * "=" * Ct(C(word) * ("|" * C(word))^0) / element("words")
        + C(word^-1) * ":" * C(word) / element("typed")
        + C(word^-1) / element("text")) * ">",
    optional = "[" * V"sequence" * "]" / element("optional"),
    choice = "{" * V"sequence" * ("|" * V"sequence")^0 * "}" / element("choice"),
    ending = P"$" / element("ending"),
}

local build

-- start is what the elements of a sequence from i on begin with, and so ends the text before them; after is
-- the same of what follows the sequence.
local function start(sequence, i, types, after)
    local e = sequence[i]
    if not e then return after end
    if e.kind == "literal" then return P(e[1]) end
    if e.kind == "optional" or e.kind == "choice" then
        local rest = start(sequence, i + 1, types, after)
        local p = e.kind == "optional" and rest or P(false)
        for _, inner in ipairs(e) do p = start(inner, 1, types, rest) + p end
        return p
    end
    return build({ e }, types, "", after) / 0
end

local function words(list)
    local p = P(false)
    for _, w in ipairs(list) do p = p + w end
    return p
end

local makers = {
    literal = function(e) return P(e[1]) end,
    ending = function() return -P(1) end,
    words = function(e, types, prefix) return Cg(words(e[2]), prefix .. e[1]) end,
    typed = function(e, types, prefix)
        local pattern = types[e[2]] or error("a form has the unknown type " .. e[2])
        if e[1] == "" then return pattern / 0 end
        return Cg(pattern, prefix .. e[1])
    end,
    text = function(e, types, prefix, after)
        local text = (1 - after)^0
        return e[1] == "" and text or Cg(text, prefix .. e[1])
    end,
    optional = function(e, types, prefix, after) return build(e[1], types, prefix, after)^-1 end,
    choice = function(e, types, prefix, after)
        local p = P(false)
        for _, inner in ipairs(e) do p = p + build(inner, types, prefix, after) end
        return p
    end,
}

build = function(sequence, types, prefix, after)
    local pattern = P(true)
    for i, e in ipairs(sequence) do
        pattern = pattern * makers[e.kind](e, types, prefix, start(sequence, i + 1, types, after))
    end
    return pattern
end

local M = {}

function M.compile(forms, types, prefix)
    local pattern = P(false)
    for _, form in ipairs(forms) do
        local sequence = grammar:match(form) or error("this is no form: " .. form)
        pattern = pattern + Ct(build(sequence, types, prefix or "", -P(1)))
    end
    return pattern
end

return M
