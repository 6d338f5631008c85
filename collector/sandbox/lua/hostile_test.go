package lua

import (
	"errors"
	"runtime"
	"testing"
	"time"
)

const (
	testMemory = 8 << 20
	testBudget = 1_000_000
)

// run runs a chunk in a limited interpreter with a few natives.
func limited(source string) (*Interp, error) {
	in := New(Options{Base: BaseAll})
	in.SetGlobal("rep", in.NewFunction("rep", func(c *Call) {
		s, n := CheckText(c, 1, "rep"), CheckInt(c, 2, "rep")
		c.Need(len(s) * n)
		c.Spend(len(s) * n / 16)
		out := make([]byte, 0, len(s)*n)
		for range n {
			out = append(out, s...)
		}
		c.PushText(bytesText(out))
	}))
	in.SetGlobal("sort", in.NewFunction("sort", func(c *Call) {
		var result [1]Value
		for {
			c.Invoke(c.Arg(1), result[:])
		}
	}))
	in.SetMemoryLimit(testMemory)
	in.SetBudget(testBudget)
	fn, err := in.Load("chunk", []byte(source))
	if err != nil {
		return in, err
	}
	return in, in.Call(fn, nil)
}

var hostile = map[string]string{
	"loop":                  "while true do end",
	"goto":                  "repeat until false",
	"for":                   "for i = 1, math_huge or 1e308 do end",
	"pcall":                 "while true do pcall(function() while true do end end) end",
	"pcall error":           "while true do pcall(error) end",
	"pcall arithmetic":      "while true do pcall(function() return nil + 1 end) end",
	"pcall of itself":       "local function f() return pcall(f) end while true do f() end",
	"xpcall":                "xpcall(function() while true do end end, function() while true do end end) while true do end",
	"handler":               "local function h() return error(1) end while true do xpcall(error, h) end",
	"handler recursion":     "local function h(e) local function g() return 1 + g() end g() end while true do xpcall(error, h) end",
	"coroutine":             "local co = coroutine.wrap(function() while true do coroutine.yield() end end) while true do co() end",
	"coroutine loop":        "coroutine.wrap(function() while true do end end)()",
	"coroutine pcall":       "while true do pcall(coroutine.wrap(function() while true do end end)) end",
	"coroutines":            "local t = {} while true do t[#t + 1] = coroutine.create(function() end) end",
	"nested coroutines":     "local function f() return coroutine.wrap(f)() end while true do pcall(f) end",
	"index":                 "setmetatable(_G, {__index = function(t, k) return t[k] end}) while true do pcall(function() return none end) end",
	"index loop":            "local t = {} setmetatable(t, {__index = t}) while true do pcall(function() return t.x end) end",
	"eq":                    "local m = {__eq = function() while true do end end} local _ = setmetatable({}, m) == setmetatable({}, m)",
	"native callback":       "sort(function() end)",
	"concat":                "local s = 'x' while true do s = s .. s end",
	"concat pcall":          "local s = 'x' while true do pcall(function() s = s .. s end) end",
	"concat many":           "local t, s = {}, rep('x', 1000) while true do t[#t + 1] = s .. #t end",
	"concat list":           "local s = rep('x', 1e6) while true do local x = s..s..s..s..s..s..s..s end",
	"quadratic concat":      "local s = '' while true do s = s .. 'x' end",
	"tables":                "local t = {} while true do t[#t + 1] = {} end",
	"records":               "local t = {} while true do t = {next = t, a = 1, b = 2} end",
	"keys":                  "local t, i = {}, 0 while true do i = i + 1 t['k' .. i] = i end",
	"sparse":                "local t, i = {}, 1 while true do i = i * 2 t[i] = i if i > 2 ^ 60 then i = 1 t = {t} end end",
	"sparse index":          "local t = {} t[67108864] = 1 t[5e6] = 1 while true do t[#t + 1] = {} end",
	"fractions":             "local t, i = {}, 0.5 while true do i = i + 1 t[i] = i end",
	"constructor":           "local t = {} while true do t = {t, {1, 2, 3, 4, 5, 6, 7, 8}, {a = {}, b = {}}} end",
	"rawset":                "local t, i = {}, 0 while true do i = i + 1 rawset(t, i, {}) end",
	"rawset strings":        "local t, i = {}, 0 while true do i = i + 1 rawset(t, i .. '', i) end",
	"closures":              "local t = {} while true do local i = {} t[#t + 1] = function() return i end end",
	"upvalues":              "local f while true do local g = f f = function() return g end end",
	"rep":                   "rep('x', 1e9)",
	"rep kept":              "local t = {} while true do t[#t + 1] = rep('x', 1e5) end",
	"recursion":             "local function f() return 1 + f() end while true do pcall(f) end",
	"tail recursion":        "local function f() return f() end f()",
	"tostring":              "local t = setmetatable({}, {}) getmetatable(t).__tostring = function() return tostring(t) end while true do pcall(tostring, t) end",
	"error objects":         "local t = {} while true do local ok, e = pcall(error, {t}) t = e end",
	"varargs":               "local function f(...) return f(1, ...) end f()",
	"varargs kept":          "local function f(...) local t = {...} return f(t, ...) end f()",
	"unpack":                "local t = {} for i = 1, 7000 do t[i] = i end while true do (function(...) end)(unpack(t)) end",
	"select":                "local t = {} for i = 1, 7000 do t[i] = i end while true do select(2, unpack(t)) end",
	"loadstring":            "while true do loadstring('return ' .. rep('{', 150) .. rep('}', 150)) end",
	"loadstring deep":       "while true do loadstring(rep('(', 100000)) end",
	"loadstring long":       "while true do loadstring(rep('x=1 ', 100000)) end",
	"load":                  "load(function() return 'x = 1 ' end)",
	"constants":             "local t, i = {}, 0 while true do i = i + 1 t[i] = loadstring('return \"k' .. i .. '\"') end",
	"next":                  "local t = {} for i = 1, 1e5 do t[i] = i end for i = 1, 1e5 do t[i] = nil end while true do next(t) end",
	"length":                "local t = {} for i = 1, 60 do t[2 ^ i] = 1 t[2 ^ i - 1] = 1 end while true do local _ = #t end",
	"long keys":             "local t, k = {}, rep('x', 1e6) while true do local _ = t[k] end",
	"equal strings":         "local a, b = rep('x', 1e6), rep('x', 1e6) while true do local _ = a == b end",
	"compare strings":       "local a, b = rep('x', 1e6), rep('x', 1e6) while true do local _ = a < b end",
	"churn beside an array": "local t, i = {}, 0 for i = 1, 1e5 do t[i] = i end while true do i = i + 1 t[2e6 + i] = 1 t[2e6 + i] = nil end",
	"weak":                  "local t = setmetatable({}, {__mode = 'k'}) while true do t[{}] = 1 end",
	"weak kept":             "local t, u = setmetatable({}, {__mode = 'k'}), {} while true do local k = {} u[#u + 1] = k t[k] = 1 end",
	"collectgarbage":        "local t = {} for i = 1, 20000 do t[i] = {} end while true do collectgarbage() end",
	"dead keys":             "local t = {} for i = 1, 1e4 do local u = {} local k = rep('x', 1e4) .. i u[k] = 1 u[k] = nil t[i] = u end while true do end",
	"newproxy":              "local t = {} while true do t[#t + 1] = newproxy(true) end",
	"setfenv":               "local f = function() end while true do setfenv(f, {}) end",
	"module":                "local i = 0 while true do i = i + 1 module('m' .. i) end",
	"tostring numbers":      "local t = {} while true do t[#t + 1] = tostring(#t / 7) end",
}

// TestHostile ends every script by its limits, quickly, and with what they allow in memory.
func TestHostile(t *testing.T) {
	for name, source := range hostile {
		t.Run(name, func(t *testing.T) {
			start := time.Now()
			in, err := limited(source)
			took := time.Since(start)
			var e *Error
			if !errors.As(err, &e) || !e.Exhausted && !e.OutOfMemory {
				switch name {
				case "varargs", "varargs kept", "handler recursion", "recursion", "module":
				default:
					t.Errorf("ended with %v", err)
				}
			}
			if again := in.Call(String("x"), nil); e != nil && (e.Exhausted || e.OutOfMemory) && again.Error() != err.Error() {
				t.Errorf("the next call: %v", again)
			}
			var m runtime.MemStats
			runtime.GC()
			runtime.ReadMemStats(&m)
			if m.HeapAlloc > 100<<20 {
				t.Errorf("%d MiB live", m.HeapAlloc>>20)
			}
			runtime.KeepAlive(in)
			t.Logf("%s: %v after %v, %d instructions, %d KiB, heap %d KiB", name, err, took.Round(time.Millisecond), in.Used(), in.MemoryUsed()>>10, m.HeapAlloc>>10)
		})
	}
}
