-- Windows of a day, kept in every way.
-- ends: not enough memory
local afd = require "afd_window"
function process_message()
    local set, routes = afd.set(), afd.routes()
    while true do
        local w = afd.new("avg", 86400, 1)
        set:add(w)
        afd.learn(routes, {"x"}, {w})
    end
end
