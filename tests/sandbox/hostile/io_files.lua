-- Files that are opened and kept, with buffers of sizes that are made up.
-- kind: files
-- ends: nothing worked
local io = require "io"
local kept = {}
for i = 1, 270 do
    local f, e = io.open("/dev/null", "w")
    if f then
        pcall(f.setvbuf, f, "full", 2 ^ 40)
        pcall(f.setvbuf, f, "full", 1e8)
        f:write("x")
        kept[#kept + 1] = f
    end
end
assert(#kept <= 256)
error("nothing worked")
