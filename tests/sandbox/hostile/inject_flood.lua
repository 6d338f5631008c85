-- Messages without end.
-- ends: exceeded InjectMessage count
function process_message()
    while true do inject_message({ Payload = "x" }) end
end
