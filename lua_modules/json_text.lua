-- Parts of JSON texts, as they are written there: what is decoded and encoded again has lost its nulls, its
-- empty lists and the last digits of its numbers.

local string = require "string"
local find, sub, byte, match = string.find, string.sub, string.byte, string.match

local M = {}

-- string_end is the position of the quote that ends the string which begins at a position.
local function string_end(text, at)
    while true do
        at = find(text, '["\\]', at + 1)
        if not at then return nil end
        if byte(text, at) == 34 then return at end
        at = at + 1 -- what is escaped
    end
end

-- value_end is the position of the last byte of the value that begins at a position.
local function value_end(text, at)
    local first = sub(text, at, at)
    if first == '"' then return string_end(text, at) end
    if first ~= "{" and first ~= "[" then return (find(text, "[%s,}%]]", at) or #text + 1) - 1 end
    local depth = 0
    while at do
        at = find(text, '["%[%]{}]', at)
        if not at then return nil end
        local c = sub(text, at, at)
        if c == '"' then
            at = string_end(text, at)
            if not at then return nil end
        elseif c == "{" or c == "[" then
            depth = depth + 1
        else
            depth = depth - 1
            if depth == 0 then return at end
        end
        at = at + 1
    end
    return nil
end

-- member is the text of a member of an object, the last one of that name; nil where there is none. The text
-- must be one that a decoder took; a name must stand there without escapes.
function M.member(text, name)
    local at = match(text, "^%s*{%s*()")
    local found
    while at and sub(text, at, at) == '"' do
        local stop = string_end(text, at)
        local begin = stop and match(text, "^%s*:%s*()", stop + 1)
        local last = begin and value_end(text, begin)
        if not last or last < begin then return found end
        if sub(text, at + 1, stop - 1) == name then found = sub(text, begin, last) end
        at = match(text, "^%s*,%s*()", last + 1)
    end
    return found
end

return M
