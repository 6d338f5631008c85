-- Counts messages by their type.

local counts = {}

function process_message()
    local kind = read_message("Type")
    counts[kind] = (counts[kind] or 0) + 1
    return 0
end

function timer_event(ns)
    for kind, n in pairs(counts) do add_to_payload(kind, " ", n, "\n") end
    inject_payload("txt", "counts")
end
