-- Long lists of long windows that are fed and tested.
-- ends: instruction_limit exceeded
local afd = require "afd_window"
function process_message()
    local day, change = afd.new("sd", 86400, 1), afd.new("roc", 6000, 5)
    local list, set, ns = {}, afd.set(), 1e18
    for i = 1, 10000 do
        list[i] = day
        set:add(day)
    end
    local checks = {afd.check(set, ">", 1)}
    while true do
        ns = ns + 80000e9
        afd.put(list, ns, 1)
        afd.put({change}, ns, 1)
        day:test(ns, "==", 1)
        change:test(ns, "==", 1)
        afd.quiet(checks, ns)
        afd.put({day}, -2^62, 1)
        afd.put({day}, 2^62, 1)
    end
end
