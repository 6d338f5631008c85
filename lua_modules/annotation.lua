-- Notes on graphs, by the name of the graph. They are kept in the global _ANNOTATIONS, so that they are preserved.
--   create(ns, col, short_text, text)      an annotation {x (ms), col, shortText, text}
--   add(name, ns, col, short_text, text)   adds one
--   concat(name, annotations)              adds a list
--   prune(name, ns)                        drops the old ones, gives the JSON of the rest and a newline
--   remove(name)                           drops all
--   set_prune(name, ns)                    how old they get, a day by default

local cjson = require "cjson"
local math = require "math"

local ipairs = ipairs

_ANNOTATIONS = _ANNOTATIONS or {}

local DAY = 24 * 3600e9

local function graph(name)
    local entry = _ANNOTATIONS[name]
    if not entry then
        entry = { annotations = {}, prune_duration = DAY }
    elseif not entry.annotations then -- preserved by a version that kept the list alone
        entry = { annotations = entry, prune_duration = DAY }
    end
    _ANNOTATIONS[name] = entry
    return entry
end

local M = {}

function M.create(ns, col, short_text, text)
    return { x = math.floor(ns / 1e6), col = col, shortText = short_text, text = text }
end

function M.add(name, ns, col, short_text, text)
    M.concat(name, { M.create(ns, col, short_text, text) })
end

function M.concat(name, annotations)
    local list = graph(name).annotations
    for _, annotation in ipairs(annotations or {}) do list[#list + 1] = annotation end
end

function M.prune(name, ns)
    if not _ANNOTATIONS[name] then return nil end
    local entry = graph(name)
    local kept = {}
    for _, annotation in ipairs(entry.annotations) do
        if annotation.x * 1e6 + entry.prune_duration > ns then kept[#kept + 1] = annotation end
    end
    entry.annotations = kept
    return cjson.encode({ annotations = kept }) .. "\n"
end

function M.remove(name) _ANNOTATIONS[name] = nil end

function M.set_prune(name, ns) graph(name).prune_duration = ns end

return M
