-- A timer that never ends.
-- entry: timer
-- ends: timer_event\(\) instruction_limit exceeded
function process_message() return 0 end
function timer_event(ns)
    while true do pcall(inject_payload) end
end
