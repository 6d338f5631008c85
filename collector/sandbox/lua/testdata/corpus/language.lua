-- assignment, blocks, closures, loops
local a, b, c = 1, 2
a, b = b, a
print(a, b, c)
local t = {}
local i = 1
i, t[i] = i + 1, 20
print(i, t[1], t[2])
do local a = 5 print(a) end
print(a)
local fs = {}
for i = 1, 3 do local j = i * 2 fs[i] = function() j = j + i return j end end
print(fs[1](), fs[1](), fs[2](), fs[3]())
local k = 0
while true do k = k + 1 if k == 3 then break end local z = k fs[k] = function() return z end end
print(fs[1](), fs[2](), k)
repeat local done = k > 5 k = k + 1 fs[1] = function() return done end until done
print(k, fs[1]())
for i = 10, 1, -4 do io = i end print(io)
for i = 1, 0 do print('never') end
for i = 1, 3 do i = i * 10 print(i) end
for i = 0.1, 0.35, 0.1 do print(i) end
print((function(...) local a, b = ... return b, a, select('#', ...) end)(1, 2, 3))
local function counter() local n = 0 return function() n = n + 1 return n end, function() n = 0 end end
local next_, reset = counter()
print(next_(), next_(), reset(), next_())
local function va(...) local t = {...} return #t, ... end
print(va()) print(va(nil)) print(va(1, 2, 3)) print((va(1, 2)))
local function old(...) return arg.n, arg[1], arg[2] end
print(old(), old(1, 2), old(nil, nil))
print(#"abc", -2 ^ 2)
local s = 0
for k, v in pairs({1, 2, 3, x = 4}) do s = s + v end
print(s)
for i, v in ipairs({1, 2, nil, 4}) do print(i, v) end
local obj = {n = 1} function obj:inc(k) self.n = self.n + (k or 1) return self end
print(obj:inc():inc(5).n)
local q = {f = {g = {}}} function q.f.g.h(x) return x end function q.f.g:m() return self == q.f.g end
print(q.f.g.h(1), q.f.g:m())
print(1 and 2, nil and 2, false or 3, nil or false, 1 or error(), false and error())
print(not 1, not nil, not not 0)
local x = 5 local y = x > 3 and 'big' or 'small' print(y, x == 5, x ~= 5, x >= 5, x < 5)
print(#"abc", -2 ^ 2, 2 ^ 0.5 == 2 ^ .5, 1 .. '')
local function tail(n) if n == 0 then return 'end' end return tail(n - 1) end
print(tail(100000))
local function deep(n) if n == 0 then return 0 end return 1 + deep(n - 1) end
print(deep(15000))
print(select('#', unpack({}, 1, 100)), select('#', unpack({1, 2, nil, 4}, 1, 4)))
local env = setmetatable({}, {__index = _G})
local function ef() v = 1 return v end
setfenv(ef, env) print(ef(), v, env.v)
local function level() setfenv(2, {print = print, y = 9}) end
local function user() level() print(y) end user()
print(pcall(setfenv, 1, {}))
local big = {} for i = 1, 300 do big[i] = i end
print(#big, big[300], select('#', unpack(big)))
local nested = {{1, {2}}, {3}} print(nested[1][2][1], nested[2][1])
print(#{1, 2, nil}, #{nil}, #{nil, 2}, #{n = 1}, #{1, nil, 3}, #{1, 2, 3, nil, 5}, #{1, 2, 3, nil, 5, nil})
local m = {} for i = 1, 10 do m[i] = i end for i = 10, 6, -1 do m[i] = nil end print(#m)
local str = '' for i = 1, 100 do str = str .. i end print(#str)
print('a\0b' == 'a\0b', #'a\0b', 'a\0b' < 'a\0c', '\n\t\\\"\'\065')
print([[
long]], [==[a]]b]==], [[a
b]])
print(0x10, 1e2, .5, 3., 0xA)
if nil then elseif false then print 'no' else print 'else' end
local r = {} for w = 1, 3 do if w ~= 2 then r[#r + 1] = w end end print(unpack(r))
print(pcall(loadstring('local a = ... return a'), 7))
print(loadstring('return ...', 'n')(1, 2))
local loaded = 0 print(load(function() loaded = loaded + 1 return ({'return ', '1', '+1'})[loaded] end)())
print(tostring(1e15), tostring(-0.0), tostring(2^31), 1e308 * 10, -1e308 * 10)
print(rawequal(t, t), rawequal('a', 'a'), rawget(t, 1), rawset(t, 'z', 1) == t, t.z)
print(next({}), next({5}), type(next), type(nil), type(print), type({}), type('x'), type(2), type(true), type(coroutine.create(function() end)))

-- C's strings of a number end at a zero byte
print("2\0x" + 1, tonumber("2\0x"), tonumber("\0"), tonumber(" 3 \0 4"), pcall(function() return "\0" + 1 end))

-- texts of chunks in the compiler's errors
local long = ""
for i = 1, 100 do long = long .. "a," end
print(loadstring("local " .. long .. long .. "a"))
print(loadstring("x = }", long), loadstring("x = }", "=" .. long), loadstring("x = }", "@" .. long))
print(loadstring("error('x')", long) ~= nil, pcall(loadstring("error('x')", long)))

-- powers have the C library's digits
for i = -40, 40 do local x = 1.1 ^ i + 3.14159 ^ i print(x, 7 ^ (i / 3), 0.3 ^ i, (-1.7) ^ i, i ^ -3, 2 ^ i * 1e-3 - 10 ^ (i / 8)) end
do local n, m = tonumber("nan"), -tonumber("nan") print(n, m, 3 ^ n, 3 ^ m, n ^ 3, m ^ 3, n ^ m, m ^ n, 1 ^ m, m ^ 0, n ^ 0.5, m ^ 2, m ^ 0.5, (-8) ^ (1 / 3), 3 ^ (2 % 0)) end
do local f = "f" for i = 1, 9 do f = f .. f end print(("0x" .. f) + 1, tonumber("0x" .. f), tonumber("-0x" .. f), tonumber("0x1p5000"), tonumber("0x1p-5000"), tonumber("0x" .. f .. "g")) end
