-- Makes of any record a message that has only a type, for instance of the requests of a health check.
--
--   msg_type  the type

local msg = { Type = read_config("msg_type") or error("msg_type must be defined"), Severity = 7 }

function process_message()
    inject_message(msg)
    return 0
end
