package stdlib

import (
	"errors"
	"strings"
	"testing"

	"lma_collector/collector/sandbox/lua"
	"lma_collector/collector/sandbox/luapattern"
)

// TestHostile has calls that would take seconds or gigabytes. Each ends by the budget or for want of
// memory.
func TestHostile(t *testing.T) {
	for source, want := range map[string]string{
		`string.find(("a"):rep(60), ("a*"):rep(6) .. "b")`:                                            "instruction_limit exceeded",
		`string.find(("a"):rep(100000), ".-b")`:                                                       "instruction_limit exceeded",
		`string.match(("("):rep(100000), "%b()")`:                                                     "instruction_limit exceeded",
		`string.gsub(("a"):rep(100000), "a-b", "")`:                                                   "instruction_limit exceeded",
		`for w in string.gmatch(("a"):rep(100000), "(.-)%1b") do end`:                                 "instruction_limit exceeded",
		`pcall(string.find, ("a"):rep(60), ("a*"):rep(6) .. "b") while true do end`:                   "instruction_limit exceeded",
		`local s = ("x"):rep(1e6) while true do pcall(string.upper, s) end`:                           "instruction_limit exceeded",
		`local s = ("x"):rep(1e6) while true do pcall(string.reverse, s) end`:                         "instruction_limit exceeded",
		`local s = ("x"):rep(1e6) while true do local _ = s:sub(2) end`:                               "instruction_limit exceeded",
		`local s = ("x"):rep(1e6) while true do local _ = s:find("y", 1, true) end`:                   "instruction_limit exceeded",
		`local s = ("x"):rep(1e6) while true do local _ = ("%s"):format(s) end`:                       "instruction_limit exceeded",
		`local s = ("x"):rep(1e6) while true do local _ = ("%q"):format(s) end`:                       "instruction_limit exceeded",
		`table.insert({}, -2^31, 1)`:                                                                  "instruction_limit exceeded",
		`local t = {} for i = 1, 1e4 do t[i] = i end while true do table.insert(t, 1, 1) end`:         "instruction_limit exceeded",
		`local t = {} for i = 1, 1e4 do t[i] = i end while true do table.concat(t) end`:               "instruction_limit exceeded",
		`local t = {} for i = 1, 1e4 do t[i] = -i end while true do table.sort(t) t[1] = 1 end`:       "instruction_limit exceeded",
		`local t = {} for i = 1, 1e4 do t[i] = i end while true do table.maxn(t) end`:                 "instruction_limit exceeded",
		`local t = {} for i = 1, 1e4 do t[i] = i end table.sort(t, function() while true do end end)`: "instruction_limit exceeded",
		`string.rep("x", 2^31 - 1)`:                                                                   "not enough memory",
		`string.gsub(("x"):rep(1e5), "", ("y"):rep(1e4))`:                                             "not enough memory",
		`string.gsub(("x"):rep(1e4), ".", ("%0"):rep(1e2) .. ("%0"):rep(1e5))`:                        "not enough memory",
		`string.gsub(("x"):rep(1e5), ".", function() return ("y"):rep(1e4) end)`:                      "not enough memory",
		`local t = {} for i = 1, 1e3 do t[i] = ("x"):rep(1e5) end table.concat(t)`:                    "not enough memory",
		`local big = ("x"):rep(2^20) local function f(n)
		  return (big.gsub("ab", ".", function(c) if c == "a" then return big elseif n > 0 then f(n - 1) end end))
		end f(150)`: "not enough memory",
		`local big = ("x"):rep(2^20) local t = setmetatable({}, {__index = function(t, k) if k == "a" then return big end return t.f() end})
		local n = 0 function t.f() n = n + 1 if n < 150 then big.gsub("ab", ".", t) end end t.f()`: "not enough memory",
		`local function f(n, p) return (string.gsub("a", p, function() if n > 0 then f(n - 1, p) end end)) end f(150, ("[ab]?"):rep(2000) .. "a?")`: "not enough memory",
		`string.format(("%s"):rep(100), ` + strings.Repeat(`BIG, `, 99) + `BIG)`:                                                                    "not enough memory",
		`local f = io.open("/dev/zero") f:read(2^40)`:                                                                                               "not enough memory",
		`local f = io.open("/dev/zero") f:read("*a")`:                                                                                               "not enough memory",
		`local f = io.open("/dev/zero") f:read("*l")`:                                                                                               "not enough memory",
	} {
		m := newMachine(t, Options{Reach: ReachFiles})
		m.SetGlobal("BIG", lua.String(strings.Repeat("x", 1<<20)))
		fn, err := m.Load("chunk", []byte(source))
		if err != nil {
			t.Fatal(err)
		}
		if want == "instruction_limit exceeded" {
			m.SetBudget(1000000)
		} else {
			m.SetBudget(50000000)
			m.SetMemoryLimit(64 << 20)
		}
		err = m.Call(fn, nil)
		var e *lua.Error
		if !errors.As(err, &e) || !strings.HasSuffix(e.Text, want) || e.Exhausted != (want == "instruction_limit exceeded") {
			t.Errorf("%.80s: %v after %d instructions, want %s", source, err, m.Used(), want)
		}
	}
}

// TestPatternMemory proves that the patterns that are kept count, and that they take no more than they may.
func TestPatternMemory(t *testing.T) {
	m := newMachine(t, Options{})
	run := func(source string) int {
		fn, err := m.Load("chunk", []byte(source))
		if err != nil {
			t.Fatal(err)
		}
		if err := m.Call(fn, nil); err != nil {
			t.Fatal(err)
		}
		return m.CollectMemory()
	}
	before := run(`function fill(n, p) for i = 1, n do string.find("x", p .. i .. "$") end end`)
	few := run(`fill(10, "[a-c]*")`) - before
	if few < 10*luapattern.Compile("[a-c]*1$").Size() {
		t.Errorf("10 patterns count %d bytes", few)
	}
	if most := run(`fill(1000, ("[ab]?"):rep(20))`) - before; most < few || most > patternBytes+4096 {
		t.Errorf("1000 patterns count %d bytes", most)
	}
}

// TestCheap proves that ordinary calls are charged as the one instruction that they are in C.
func TestCheap(t *testing.T) {
	m := newMachine(t, Options{})
	m.SetBudget(0)
	source := `
local s = "2016-02-03 12:00:00 INFO a message of an ordinary length, as they are"
for i = 1, 100 do
  s:find("INFO", 1, true) s:match("^(%d+)-(%d+)-(%d+)") s:gsub("%s+", " ") s:sub(2, 10) s:upper() s:rep(2); ("%s %d"):format(s, 1)
  table.concat({1, 2, 3}, ",") table.insert({}, 1) table.sort({3, 2, 1})
end`
	fn, err := m.Load("chunk", []byte(source))
	if err != nil {
		t.Fatal(err)
	}
	if err := m.Call(fn, nil); err != nil {
		t.Fatal(err)
	}
	if m.Used() > 100*100 {
		t.Errorf("%d instructions", m.Used())
	}
}

// TestLargeResults builds what used to break on the interpreter's stack.
func TestLargeResults(t *testing.T) {
	m := newMachine(t, Options{})
	for source, want := range map[string]string{
		`local t = {} for i = 1, 100000 do t[i] = "item" end return #table.concat(t, ", ")`:                       "599998",
		`local t = {} for i = 1, 100000 do t[i] = 100000 - i end table.sort(t) return t[1], t[100000]`:            "0|99999",
		`return #string.gsub(("ab"):rep(100000), "a", "xyz")`:                                                     "400000",
		`return select("#", string.byte(("x"):rep(7000), 1, -1))`:                                                 "7000",
		`return pcall(string.byte, ("x"):rep(8000), 1, -1)`:                                                       "false|'stack overflow (string slice too long)'",
		`return #string.match(("x"):rep(1e6), "x*"), #("y"):rep(1e6):upper():reverse():lower()`:                   "1000000|1000000",
		`return string.find(("x"):rep(1e5), ("x"):rep(1e5 - 1) .. ".")`:                                           "1|100000",
		`return pcall(string.find, "x", ("a?"):rep(100000)), string.find(("a"):rep(500), ("a?"):rep(500) .. "$")`: "true|1|500",
	} {
		m.SetBudget(0)
		if got := m.results(t, source); got != want {
			t.Errorf("%s\ngot  %s\nwant %s", source, got, want)
		}
	}
}

// TestNested calls the library from within its own callbacks, also after an error in one.
func TestNested(t *testing.T) {
	m := newMachine(t, Options{})
	for source, want := range map[string]string{
		`return string.gsub("a-b", "(%w)", function(c) return (string.gsub(c .. c, "%w", function(d) return string.upper(d) .. string.format("%02d", #d) end)) end)`:            "'A01A01-B01B01'|2",
		`pcall(string.gsub, "abc", "%w", function() error("no") end) return string.gsub("abc", "%w", "%0%0")`:                                                                   "'aabbcc'|3",
		`local out = {} for k, v in string.gmatch("a=1,b=2", "(%w)=(%w)") do out[#out + 1] = string.gsub(k, ".", "<%0>") .. string.match(v, "%d") end return table.concat(out)`: "'<a>1<b>2'",
		`return string.gsub("x y", "%w", setmetatable({}, {__index = function(_, k) return (string.gsub(k, "x", "z")) end}))`:                                                   "'z y'|2",
		`local t = setmetatable({}, {__index = setmetatable({}, {__index = {a = "found"}})}) return string.gsub("a", "a", t)`:                                                   "'found'|1",
	} {
		if got := m.results(t, source); got != want {
			t.Errorf("%s\ngot  %s\nwant %s", source, got, want)
		}
	}
}
