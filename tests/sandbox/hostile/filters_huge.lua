-- Filters of more items than memory has bits.
-- ends: not enough memory|instruction_limit exceeded
require "bloom_filter" require "cuckoo_filter" require "hyperloglog"
function process_message()
    for _, n in ipairs { 2 ^ 31, 2 ^ 32, 2 ^ 40, 2 ^ 53, 1e300, 1 / 0, 0 / 0, -1, 0 } do
        pcall(bloom_filter.new, n, 0.01)
        pcall(bloom_filter.new, n, 1e-300)
        pcall(bloom_filter.new, 100, n)
        pcall(cuckoo_filter.new, n)
    end
    local kept = {}
    while true do
        kept[#kept + 1] = { bloom_filter.new(10000, 0.01), cuckoo_filter.new(10000), hyperloglog.new() }
    end
end
