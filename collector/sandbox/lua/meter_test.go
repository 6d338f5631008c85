package lua

import (
	"strings"
	"testing"
)

// prepared runs a chunk without limits and gives its function `work`.
func prepared(t *testing.T, source string) (*Interp, Value) {
	t.Helper()
	in := New(Options{Base: BaseAll})
	in.SetGlobal("rep", in.NewFunction("rep", func(c *Call) {
		c.PushText(strings.Repeat(CheckText(c, 1, "rep"), CheckInt(c, 2, "rep")))
	}))
	in.SetGlobal("each", in.NewFunction("each", func(c *Call) { c.Table(1).Each(func(_, _ Value) bool { return true }) }))
	if _, err := execute(t, in, source, 0); err != nil {
		t.Fatal(err)
	}
	return in, in.Global("work")
}

// TestWorkIsCharged holds instructions that do more than a little to what they do.
func TestWorkIsCharged(t *testing.T) {
	const long = "local s, u = rep('1', 1e6), rep('1', 1e6) local t = {a = 1, b = 2} "
	for name, c := range map[string]struct {
		source string
		least  int
	}{
		"tonumber":           {long + "function work() tonumber(s) end", 50_000},
		"tonumber of base":   {long + "function work() tonumber(s, 16) end", 50_000},
		"number argument":    {long + "function work() select(rep('0', 1e6) .. 1, 1) end", 50_000},
		"arithmetic":         {long + "function work() return s + 1 end", 50_000},
		"for":                {long + "function work() for i = s, 1 do end end", 50_000},
		"rawequal":           {long + "function work() rawequal(s, u) end", 5000},
		"rawget":             {long + "function work() rawget(t, s) end", 5000},
		"rawset":             {long + "function work() rawset(t, s, 1) end", 5000},
		"next":               {long + "t[s] = 1 function work() next(t, s) end", 5000},
		"module":             {long + "function work() pcall(module, s) end", 5000},
		"level of getfenv":   {"local function f(n) if n > 0 then f(n - 1) return end getfenv(9000) end function work() f(9000) end", 9000*5 + 2000},
		"level of error":     {"local function f(n) if n > 0 then f(n - 1) return end pcall(error, '', 9000) end function work() f(9000) end", 9000*5 + 2000},
		"nils":               {"local t = {} for i = 1, 2 ^ 16 do t[i] = 1 end for i = 1, 2 ^ 16 do t[i] = nil end function work() each(t) end", 4000},
		"border":             {"local t, n = {}, 2 ^ 17 local k = n + 1 while k < 2 ^ 34 do t[k] = 1 k = k * 2 end for i = 1, n do t[i] = 1 end function work() return #t end", 10_000},
		"results":            {"local t = {} for i = 1, 7000 do t[i] = i end function work() return select(1, select(1, unpack(t))) end", 7000/8 + 5*7000/16},
		"a table of varargs": {"local t = {} for i = 1, 7000 do t[i] = i end local function f(...) return arg end function work() f(unpack(t)) end", 7000/8 + 7000/8},
	} {
		t.Run(name, func(t *testing.T) {
			in, work := prepared(t, c.source)
			in.SetBudget(0)
			if err := in.Call(work, nil); err != nil {
				t.Fatal(err)
			}
			if n := in.Used(); n < c.least {
				t.Errorf("%d instructions, want at least %d", n, c.least)
			}
		})
	}
}

// TestMethodLoop ends the search for a method where the metatables make a ring.
func TestMethodLoop(t *testing.T) {
	in := New(Options{})
	_, err := execute(t, in, "local a, b = {}, {} setmetatable(a, {__index = b}) setmetatable(b, {__index = a}) a:method()", 0)
	if err == nil || !strings.HasSuffix(err.Error(), "loop in gettable") {
		t.Errorf("%v", err)
	}
}

// TestHiddenMemory counts what only functions and stacks refer to.
func TestHiddenMemory(t *testing.T) {
	for name, source := range map[string]string{
		"coroutine of a wrap": `local f = coroutine.wrap(function() local s = rep("x", 1e6) coroutine.yield() return s end) f() kept = f`,
		"stack of an upvalue": `local co = coroutine.create(function() local x = 1 kept = function() return x end local function f(n) if n > 0 then f(n - 1) end end f(15000) coroutine.yield() end)
			coroutine.resume(co)`,
		"stack after an error": `local co = coroutine.create(function() local x = 1 kept = function() return x end local function f(n) if n > 0 then f(n - 1) end end f(15000) error("x") end)
			coroutine.resume(co)`,
	} {
		t.Run(name, func(t *testing.T) {
			in, _ := prepared(t, source)
			with := in.CollectMemory()
			in.SetGlobal("kept", Nil)
			if without := in.CollectMemory(); with-without < 700_000 {
				t.Errorf("%d bytes, without it %d", with, without)
			}
		})
	}
}

// TestForgottenMemory lets go of what nothing refers to any more.
func TestForgottenMemory(t *testing.T) {
	in, _ := prepared(t, `local function at(n, f) if n > 0 then at(n - 1, f) else f() end end
		at(50, function() end)
		for i = 1, 20 do newproxy(true) end`)
	in.CollectMemory()
	for ci := in.main.first.next; ci != nil; ci = ci.next {
		if ci.cl != nil || ci.fn != nil {
			t.Fatal("a call that has returned keeps its function")
		}
	}
}

// TestWeakThread keeps what a coroutine needs that only a wrapped function holds.
func TestWeakThread(t *testing.T) {
	in, _ := prepared(t, `weak = setmetatable({}, {__mode = "v"})
		kept = coroutine.wrap(function() local x = {} weak[1] = x coroutine.yield() return x end) kept()`)
	in.CollectMemory()
	if n := in.Global("weak").table().Len(); n != 1 {
		t.Errorf("%d values", n)
	}
}

// TestProxy makes proxies from proxies only.
func TestProxy(t *testing.T) {
	in := New(Options{Base: BaseAll})
	v, err := execute(t, in, "local a = newproxy(true) return getmetatable(newproxy(a)) == getmetatable(a), pcall(newproxy, newproxy(false))", 2)
	if err != nil || !v[0].Truth() || v[1].Truth() {
		t.Errorf("%v %v", v, err)
	}
}
