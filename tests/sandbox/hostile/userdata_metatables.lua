-- The functions of kept objects are replaced, and called with what is none of theirs.
-- ends: nothing worked
require "circular_buffer" require "bloom_filter" require "cuckoo_filter" require "hyperloglog" require "lpeg"
local objects = {
    circular_buffer.new(10, 1, 1), bloom_filter.new(10, 0.1), cuckoo_filter.new(10), hyperloglog.new(), lpeg.P "x",
}
local wrong = { objects[1], objects[2], objects[3], objects[4], objects[5], {}, 1, "x", print or type, true }
function process_message()
    for _, o in ipairs(objects) do
        local methods = {}
        local m = getmetatable(o)
        if type(m) == "table" then
            for k, f in pairs(m) do methods[k] = f end
            if type(m.__index) == "table" then
                for k, f in pairs(m.__index) do methods[k] = f end
            end
        end
        for k, f in pairs(methods) do
            if type(f) == "function" then
                for _, self in ipairs(wrong) do
                    if self ~= o then
                        pcall(f, self)
                        pcall(f, self, 1)
                        pcall(f, self, 1, 1, 1)
                        pcall(f, self, self, self, self)
                    end
                end
                pcall(f)
            end
        end
        pcall(setmetatable, o, {})
        if type(m) == "table" then
            pcall(function()
                m.__index = function() while true do end end
                m.__gc, m.__tostring, m.__eq = m.__index, m.__index, m.__index
            end)
            for k in pairs(m) do pcall(rawset, m, k, nil) end
        end
        pcall(inject_payload, "txt", "x", o)
        pcall(inject_message, { Fields = { x = o } })
    end
    return -1, "nothing worked"
end
