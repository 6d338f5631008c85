-- Modules by the names of files that are none.
-- ends: nothing worked
require "string"
function process_message()
    for _, name in ipairs {
        "../../../etc/passwd", "/etc/passwd", "..", ".", "", "a..b", "x/../y", "a\0b", "io", "debug", "package", "ffi", "jit", "coroutine",
        string.rep("a", 100000), string.rep("a.", 50000), "%2e%2e", "*", "lma\n",
    } do
        local ok, m = pcall(require, name)
        assert(not ok, name)
    end
    for _, v in ipairs { true, {}, 1e308, -1 } do assert(not pcall(require, v)) end
    package.path, package.loaded, package.preload = "/?", {}, { x = function() return 1 end }
    assert(not pcall(require, "x"))
    return -1, "nothing worked"
end
