-- Patterns of re that are deep, long, or explode.
-- ends: instruction_limit exceeded|not enough memory|pattern error|too
require "re" require "string"
function process_message()
    pcall(re.compile, string.rep("(", 100000) .. "a" .. string.rep(")", 100000))
    pcall(re.compile, string.rep("!", 100000) .. "a")
    pcall(re.compile, string.rep("{", 100000) .. "a" .. string.rep("}", 100000))
    pcall(re.compile, "a^999999999")
    pcall(re.compile, "((a^1000)^1000)^1000")
    pcall(re.compile, string.rep("'a' / ", 100000) .. "'b'")
    while true do
        re.match(string.rep("a", 60), "s <- (a !.) / (a !.) a <- 'a' a 'x' / 'a' a 'y' / 'a'")
        re.gsub(string.rep("a", 100000), "'a'", "bbbbbbbbbbbbbbbbbbbbbbb")
        re.find(string.rep("a", 100000), "'a'* 'b'")
    end
end
