-- Outlines what messages there are: Logger, Type, EnvVersion and their fields, each with its number. It is meant
-- for exploring, not to be left running: what does not fit into output_limit is left out at the end.

local string = require "string"
local table = require "table"

loggers = {} -- {count, children = {...}} by Logger; below by Type, by EnvVersion, by field

local KINDS = { [0] = "string", "bytes", "integer", "double", "bool" }

local function count(node, name)
    node.children = node.children or {}
    local child = node.children[name] or { count = 0 }
    node.children[name] = child
    child.count = child.count + 1
    return child
end

function process_message()
    local node = { children = loggers }
    for _, header in ipairs({ "Logger", "Type", "EnvVersion" }) do node = count(node, read_message(header)) end
    while true do
        local kind, name, _, representation, n = read_next_field()
        if not kind then return 0 end
        local form = KINDS[kind] .. (n > 1 and " array" or "")
        if representation and representation ~= "" then form = form .. ", " .. representation end
        count(node, string.format("%s (%s)", name, form))
    end
end

-- outline is false where there is no room for more.
local function outline(children, indent)
    local names = {}
    for name in pairs(children) do names[#names + 1] = name end
    table.sort(names)
    for _, name in ipairs(names) do
        local node = children[name]
        if not pcall(add_to_payload, indent, name == "" and "(none)" or name, " [", node.count, "]\n") then return false end
        if node.children and not outline(node.children, indent .. "    ") then return false end
    end
    return true
end

function timer_event()
    outline(loggers, "")
    inject_payload("txt", "Message Schema")
end
