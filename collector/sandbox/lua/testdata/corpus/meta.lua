local log = {}
local function name(x) return type(x) == 'table' and rawget(x, 'n') or tostring(x) end
local mt = {}
for _, e in ipairs{'add', 'sub', 'mul', 'div', 'mod', 'pow', 'concat', 'eq', 'lt', 'le'} do
  mt['__' .. e] = function(a, b) print(e, name(a), name(b)) return a end
end
mt.__unm = function(a) print('unm', name(a)) return a end
mt.__len = function(a) print('len', name(a)) return 5 end
mt.__index = function(t, k) return 'idx ' .. tostring(k) end
mt.__newindex = function(t, k, v) print('new', k, v) rawset(t, k, v) end
mt.__call = function(self, ...) return 'call', ... end
mt.__tostring = function(x) return 'obj ' .. name(x) end
local a, b = setmetatable({n = 'a'}, mt), setmetatable({n = 'b'}, mt)
local _ = a + b, a - 1, 2 * b, a / 'x', a % b, 1 ^ a, -a
print(name(a .. 'x'), name('x' .. a), name(1 .. a .. 2), name(a .. b))
print(a == b, a ~= b, a == 1, a < b, a <= b, a > b, a >= b)
print(#a, a.foo, a[1], tostring(a), a(1, 2, 3))
a.x = 1 a.x = 2 print(rawget(a, 'x'))
local p = setmetatable({}, {__index = {x = 1, y = {z = 2}}}) print(p.x, p.y.z, p.w)
local q = setmetatable({}, {__newindex = p}) q.new = 5 print(rawget(q, 'new'), p.new)
local chain = setmetatable({}, {__index = setmetatable({}, {__index = function(_, k) return k .. k end})}) print(chain.ab)
local only_lt = setmetatable({}, {__lt = function(x, y) print('lt') return false end})
local same = getmetatable(only_lt)
print(only_lt <= setmetatable({}, same), only_lt >= setmetatable({}, same))
print(pcall(function() return only_lt < {} end))
print(pcall(function() return only_lt < 1 end))
local other = setmetatable({}, {__lt = function() return true end})
print(pcall(function() return only_lt < other end))
local eq1 = setmetatable({}, {__eq = function() return true end})
print(eq1 == setmetatable({}, {__eq = function() return true end}), eq1 == setmetatable({}, getmetatable(eq1)), eq1 == {})
local class = {} class.__index = class function class.new(x) return setmetatable({x = x}, class) end
function class:get() return self.x end local derived = setmetatable({}, {__index = class}) derived.__index = derived
function derived:get2() return self:get() * 2 end
local d = setmetatable({x = 21}, derived) print(d:get(), d:get2())
local c = setmetatable({}, {__call = function(self, f, ...) return f(...) end}) print(c(select, 2, 'a', 'b'), pcall(c, error, 'e'))
local cc = setmetatable({}, {__call = c}) print(pcall(cc))
print(setmetatable({}, {__metatable = 'locked'}) and getmetatable(setmetatable({}, {__metatable = 'locked'})))
local u = newproxy(true) getmetatable(u).__index = function(_, k) return 'u' .. k end getmetatable(u).__len = function() return 3 end
print(u.x, #u, type(u)) getmetatable(u).__tostring = function() return 'proxy' end print(tostring(u)) print(newproxy(u) == u)
local counts = {} local prox = setmetatable({}, {__index = function(_, k) counts[k] = (counts[k] or 0) + 1 return nil end})
local _ = prox.a, prox.a, prox.b print(counts.a, counts.b)
rawset(mt, '__index', nil) print(a.foo) mt.__index = function() return 'again' end print(a.foo)
print(1 < 2, 'a' < 'b', pcall(function() return 'a' < 1 end))
local r = setmetatable({}, {__concat = function(x, y) return (type(x) == 'table' and 'T' or x) .. (type(y) == 'table' and 'T' or y) end})
print('a' .. 'b' .. r .. 'c' .. 'd', r .. 1 .. 2, 1 .. r)
print(pcall(function() return {} .. 'x' end))
for k, v in next, {10} do print(k, v) end
for k in setmetatable({}, {__call = function(self, s, c) c = (c or 0) + 1 if c < 3 then return c end end}) do print(k) end
