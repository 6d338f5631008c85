local function gen(n) return coroutine.wrap(function() for i = 1, n do coroutine.yield(i, i * i) end return 'done' end) end
local g = gen(3) print(g()) print(g()) print(g()) print(g()) print(pcall(g))
local co = coroutine.create(function(a, b) print('start', a, b) local c = coroutine.yield(a + b) print('got', c) local d, e = coroutine.yield(c * 2) return d + e, 'end' end)
print(coroutine.status(co), coroutine.resume(co, 1, 2)) print(coroutine.status(co), coroutine.resume(co, 10))
print(coroutine.resume(co, 3, 4)) print(coroutine.status(co), coroutine.resume(co))
print(coroutine.running()) print(coroutine.wrap(function() return type(coroutine.running()) end)())
local outer = coroutine.wrap(function() local inner = coroutine.wrap(function() coroutine.yield(1) coroutine.yield(2) end) coroutine.yield(inner()) coroutine.yield(inner()) end)
print(outer(), outer())
local status local a a = coroutine.create(function() local b = coroutine.create(function() status = coroutine.status(a) end) coroutine.resume(b) return status end)
print(coroutine.resume(a))
local err = coroutine.create(function() local x = nil; x() end) print(coroutine.resume(err)) print(coroutine.status(err))
local err2 = coroutine.create(function() error({1}) end) local ok, e = coroutine.resume(err2) print(ok, type(e))
local function producer() return coroutine.create(function() for _, v in ipairs{'x', 'y'} do coroutine.yield(v) end end) end
local p = producer() while true do local ok, v = coroutine.resume(p) if not v then break end print(v) end
print(select('#', coroutine.resume(coroutine.create(function() return coroutine.yield() end))))
local up = 0 local function bump() up = up + 1 coroutine.yield() up = up + 10 end
local b = coroutine.create(bump) coroutine.resume(b) print(up) coroutine.resume(b) print(up)
local t = {} for i = 1, 100 do t[i] = coroutine.wrap(function() local s = 0 while true do s = s + i coroutine.yield(s) end end) end
local sum = 0 for r = 1, 3 do for i = 1, 100 do sum = sum + t[i]() end end print(sum)
local function rec(n) if n > 0 then rec(n - 1) coroutine.yield(n) end end
for v in coroutine.wrap(function() rec(5) end) do io = v end print(io)
local big = coroutine.wrap(function(...) while true do coroutine.yield(select('#', ...)) end end) print(big(unpack({}, 1, 200)))
print(coroutine.wrap(function(...) return coroutine.yield(...) end)(1, 2, 3))
local tailed = coroutine.wrap(function() return coroutine.yield('t') end) print(tailed(), tailed('back'))
print(pcall(coroutine.wrap(function() error('msg') end)))
print(pcall(coroutine.wrap(function() error('msg', 0) end)))
local closure = coroutine.wrap(function() local v = 1 coroutine.yield(function() v = v + 1 return v end) coroutine.yield(v) end)
local inc = closure() inc() inc() print(closure())
local env = coroutine.create(function() return getfenv(0) == _G end) print(coroutine.resume(env))
local co2 co2 = coroutine.wrap(function() return pcall(co2) end) print(co2())
