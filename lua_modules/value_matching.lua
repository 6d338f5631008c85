-- The matching language of an alarm's fields: `fs = "/"`, `status = ">= 200 && < 300"`,
-- `device = "=~ ^sd || nvme0n1"`. An expression is compiled once and then tested against values.

local string = require "string"
local find, sub, match = string.find, string.sub, string.match
local tonumber, tostring, type = tonumber, tostring, type
local error, pcall, setmetatable = error, pcall, setmetatable

local M = {}
local Matcher = {}
Matcher.__index = Matcher

local OPERATORS = { "==", "!=", "<=", ">=", ">", "<", "=~", "!~", "||", "&&" }

local compare_numbers = {
    ["=="] = function(a, b) return a == b end,
    ["!="] = function(a, b) return a ~= b end,
    ["<="] = function(a, b) return b ~= nil and a <= b end,
    [">="] = function(a, b) return b ~= nil and a >= b end,
    ["<"] = function(a, b) return b ~= nil and a < b end,
    [">"] = function(a, b) return b ~= nil and a > b end,
}

-- A malformed pattern matches neither =~ nor !~.
local function found(text, pattern)
    local ok, at = pcall(find, text, pattern)
    if not ok then return nil end
    return at ~= nil
end

local compare_texts = {
    ["=="] = function(a, b) return a == b end,
    ["!="] = function(a, b) return a ~= b end,
    ["=~"] = function(a, b) return found(a, b) == true end,
    ["!~"] = function(a, b) return found(a, b) == false end,
}

local function has_operator(expression)
    for i = 1, #OPERATORS do
        if find(expression, OPERATORS[i], 1, true) then return true end
    end
    return false
end

local function skip_space(text, at) return find(text, "%S", at) or #text + 1 end

-- Longest first. A decimal comma is a number that nothing equals, as files of old expect.
local NUMBERS = { "^%-?%d+[.,]%d+", "^%-?%d+[eE]%d+", "^%-?%d+" }

-- number_operand and text_operand read one operand; they give it and the position behind it, or nil.
local function number_operand(text, at)
    for i = 1, #NUMBERS do
        local _, stop = find(text, NUMBERS[i], at)
        if stop then return { tonumber((sub(text, at, stop))) }, stop + 1 end
    end
    return nil
end

local function text_operand(text, at)
    local quoted, stop = match(text, '^"([^"]+)"()', at)
    if quoted then return { quoted }, stop end
    local word, behind = match(text, "^(%S+)()", at)
    if word then return { word }, behind end
    return nil
end

local function relation(text, at, relations)
    local op = sub(text, at, at + 1)
    if relations[op] then return op, at + 2 end
    op = sub(text, at, at)
    if relations[op] then return op, at + 1 end
    return "==", at
end

-- parse reads `term (op term)*` into a list of alternatives, each a list of terms that must all hold.
local function parse(text, relations, operand)
    local alternatives, terms, at = {}, {}, 1
    while true do
        local op, value
        op, at = relation(text, skip_space(text, at), relations)
        value, at = operand(text, skip_space(text, at))
        if not value then return nil end
        terms[#terms + 1] = { test = relations[op], operand = value[1] }
        at = skip_space(text, at)
        local joint = sub(text, at, at + 1)
        if joint ~= "&&" then
            alternatives[#alternatives + 1] = terms
            terms = {}
            if at > #text then return alternatives end
            if joint ~= "||" then return nil end
        end
        at = at + 2
    end
end

-- new compiles an expression. It raises an error that tells what is wrong with it.
function M.new(expression)
    if expression == nil or not find(tostring(expression), "%S") then
        error("Expression is empty")
    end
    local text = tostring(expression)
    if not has_operator(text) then
        return setmetatable({ text = text, number = tonumber(text) }, Matcher)
    end
    local numeric = parse(text, compare_numbers, number_operand)
    if numeric then return setmetatable({ alternatives = numeric, numeric = true }, Matcher) end
    local textual = parse(text, compare_texts, text_operand)
    if not textual then error("Invalid expression: " .. text) end
    return setmetatable({ alternatives = textual }, Matcher)
end

local function holds(alternatives, value)
    for i = 1, #alternatives do
        local terms, all = alternatives[i], true
        for j = 1, #terms do
            if not terms[j].test(value, terms[j].operand) then
                all = false
                break
            end
        end
        if all then return true end
    end
    return false
end

-- matches tells whether a value (text or number) satisfies the expression.
function Matcher:matches(value)
    if value == nil then return false end
    if not self.alternatives then
        if self.text == value then return true end
        return type(value) == "number" and self.number == value
    end
    if self.numeric then
        value = tonumber(value)
        return value ~= nil and holds(self.alternatives, value)
    end
    return holds(self.alternatives, value)
end

return M
