local function show(i) if not i then print(i) return end print(i.source, i.short_src, i.what, i.linedefined, i.lastlinedefined, i.currentline, i.nups, i.name, i.namewhat) end
local up = 1
local function f(a, b)
  local c = up
  show(debug.getinfo(1)) show(debug.getinfo(2)) show(debug.getinfo(99))
  print(debug.getlocal(1, 1)) print(debug.getlocal(1, 2)) print(debug.getlocal(1, 3)) print(debug.setlocal(1, 3, 'changed'), c)
  return a
end
local x = f('A', 'B')
t = {m = f} t.m(1) t:m()
show(debug.getinfo(print)) show(debug.getinfo(f)) show(debug.getinfo(f, 'S'))
print(debug.getupvalue(f, 1)) print(debug.setupvalue(f, 1, 'new'), up) print(debug.getupvalue(f, 9))
local function tail() return f('tail') end local r = tail()
print(debug.getinfo(1, 'l').currentline, debug.getinfo(1, 'f').func ~= nil)
print(pcall(debug.getinfo, 1, 'X')) print(pcall(debug.getinfo)) 
print(pcall(debug.getlocal, 99, 1))
local lines = debug.getinfo(f, 'L').activelines local n = 0 for l in pairs(lines) do n = n + 1 end print(n)
local function cut(s) return s end
local function level2() print(debug.traceback('msg')) end
local function level1() level2() return 1 end
local co = coroutine.create(function() level1() coroutine.yield() end) coroutine.resume(co)
print(debug.traceback(co)) print(debug.traceback(co, 'text')) print(debug.traceback(co, nil, 1))
local function rec(n) if n == 0 then print(debug.traceback(co)) print((debug.traceback('deep'))) return 0 end return (rec(n - 1)) end
coroutine.wrap(function() rec(40) end)()
coroutine.wrap(function() local function t(n) if n == 0 then print(debug.traceback()) return 1 end return t(n - 1) end t(3) return 2 end)()
print(xpcall(function() local x = nil; x.y = 1 end, function(m) return m .. '!' end))
print(debug.getfenv(f) == _G, debug.getregistry() ~= nil)
debug.setmetatable(10, {__index = function(n, k) return k .. n end}) print((5).foo) debug.setmetatable(10, nil)
debug.setmetatable(nil, {__index = function() return 'nilindex' end}) print((nil).x) debug.setmetatable(nil, nil)
