-- Outlines what messages there are: Logger, Type, EnvVersion and their fields, each with its number. It is meant
-- for exploring, not to be left running.

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

local function outline(children, indent)
    local names = {}
    for name in pairs(children) do names[#names + 1] = name end
    table.sort(names)
    for _, name in ipairs(names) do
        local node = children[name]
        add_to_payload(indent, name == "" and "(none)" or name, " [", node.count, "]\n")
        if node.children then outline(node.children, indent .. "    ") end
    end
end

function timer_event()
    outline(loggers, "")
    inject_payload("txt", "Message Schema")
end
