-- Keys of megabytes, hashed again and again.
-- ends: instruction_limit exceeded
require "bloom_filter" require "cuckoo_filter" require "hyperloglog" require "string"
local b, c, h = bloom_filter.new(1000, 1e-30), cuckoo_filter.new(8), hyperloglog.new()
local long = string.rep("x", 1000000)
function process_message()
    local i = 0
    while true do
        i = i + 1
        b:add(long) c:add(i) c:add(long) h:add(long) h:count() c:delete(i) b:query(long)
        b:clear() h:clear()
        pcall(b.fromstring, b, 1, long)
        pcall(c.fromstring, c, 1, long)
    end
end
