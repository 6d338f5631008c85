-- An error with a text of megabytes.
-- ends: xxxxxxxx
require "string"
function process_message()
    error(string.rep("x", 4000000), 0)
end
