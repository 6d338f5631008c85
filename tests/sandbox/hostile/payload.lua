-- A payload without end.
-- ends: output_limit exceeded
function process_message()
    while true do add_to_payload("0123456789") end
end
