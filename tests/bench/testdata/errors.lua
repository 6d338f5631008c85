-- Counts errors by service and by what their texts begin with: a filter as sites have it, of which the benchmark
-- runs many that get nothing.

require "cjson"
require "lpeg"
require "string"
require "table"

local source = read_config("source") or "errors"
local most = read_config("most") or 10

local word = (lpeg.R("az", "AZ", "09") + lpeg.S "_.-") ^ 1
local grammar = lpeg.Ct(
    lpeg.Cg(word, "class") * lpeg.P ":" * lpeg.S " " ^ 0
    * lpeg.Cg((1 - lpeg.S "[]\n") ^ 1, "text")
    * (lpeg.P "[" * lpeg.Cg((1 - lpeg.P "]") ^ 0, "where") * lpeg.P "]") ^ -1
)

local services = {}

local function entry(service, class)
    local classes = services[service] or {}
    services[service] = classes
    local e = classes[class] or { count = 0, last = "" }
    classes[class] = e
    return e
end

function process_message()
    local found = grammar:match(read_message("Payload") or "")
    if not found then return -1, "no error text" end
    local e = entry(read_message("Fields[programname]") or "unknown", found.class)
    e.count = e.count + 1
    e.last = string.sub(found.text, 1, 80)
    return 0
end

function timer_event(ns)
    local rows = {}
    for service, classes in pairs(services) do
        for class, e in pairs(classes) do
            rows[#rows + 1] = { service = service, class = class, count = e.count, last = e.last }
        end
    end
    if #rows == 0 then return end
    table.sort(rows, function(a, b) return a.count > b.count end)
    for i = #rows, most + 1, -1 do rows[i] = nil end
    services = {}
    inject_payload("json", source, cjson.encode(rows))
end
