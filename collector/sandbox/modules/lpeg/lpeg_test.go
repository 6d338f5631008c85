package lpeg_test

import (
	"fmt"
	"testing"

	"lma_collector/collector/sandbox/lua"
	"lma_collector/collector/sandbox/modules/lpeg"
)

// newScript is an interpreter with lpeg as the global m.
func newScript(t testing.TB) *lua.Interp {
	t.Helper()
	in := lua.New(lua.Options{})
	t.Cleanup(in.Close)
	in.SetGlobal("m", lpeg.New().Module().Open(in).Value())
	return in
}

func load(t testing.TB, in *lua.Interp, body string) lua.Value {
	t.Helper()
	fn, err := in.Load("test", []byte(body))
	if err != nil {
		t.Fatal(err)
	}
	return fn
}

func evaluate(t testing.TB, in *lua.Interp, body string) lua.Value {
	t.Helper()
	result := make([]lua.Value, 1)
	if err := in.Call(load(t, in, body), result); err != nil {
		return lua.String(err.Error())
	}
	return result[0]
}

// What the texts and results of C's LPeg are, where random patterns do not come to it.
func TestFixedCasesAgainstC(t *testing.T) {
	needLPeg(t)
	list := []string{
		`m.P()`, `m.P(nil)`, `m.S()`, `m.S({})`, `m.R("a")`, `m.R(1)`, `m.R("az", {})`, `m.R():match("a")`, `m.R("za"):match("b")`, `m.V(nil)`,
		`m.B(m.C"a")`, `m.B(m.P"a"^0)`, `m.B(256)`, `m.B(m.V"x")`, `m.type(m.B"")`, `m.Cb()`, `m.Carg()`, `m.Carg(0)`, `m.Carg(40000)`, `m.Cf("a")`, `m.Cf("a", 1)`,
		`m.Cmt("a")`, `m.Cmt({}, all)`, `m.P"a" / true`, `m.P"a" / -1`, `m.P"a" / 1e9`, `m.P"a"^"x"`, `m.P"a"^"2" and 1`, `m.P"a"^{}`, `m.P""^0`, `m.P"a" * nil`, `m.P"a" - {}`,
		`m.P{}`, `m.P{1}`, `m.P{"x"}`, `m.P{"x", x = 1}`, `m.P{m.V"x"}`, `m.P{m.V(1)}`, `m.P{true}`, `m.P{m.P(1), x = "a"}`, `m.P{m.P(1), [2] = m.V{}}`, `m.P{m.P(1), m.V(true)}`,
		`m.match(m.V"x", "")`, `m.match()`, `m.match("a")`, `m.match("a", {})`, `m.match("a", 1)`, `m.match(1, 12)`, `m.match("a", "a", "x")`, `m.match("a", "aaa", 2.7)`,
		`m.match("a", "aaa", "2")`, `m.match("a", "aaa", -100)`, `m.match(0, "aaa", 100)`, `m.match("", "a", nil)`, `m.P(1.9):match("a")`, `m.P(-0.5):match("a")`,
		`m.setmaxstack()`, `m.setmaxstack(0)`, `m.version()`, `m.type(m.P(1))`, `m.type(1)`, `m.type()`, `m.locale(1)`, `m.ptree(m.P(1))`, `m.pcode(m.P(1))`,
		`m.match(m.P(1) / 3, "a")`, `m.match(m.P(1) / "%3", "a")`, `m.match(m.Cc{} / "%1", "a")`, `m.match(m.Cp() / "%1 %% %a %", "a")`, `m.match(m.Cs(m.P(1) / {a = {}}), "a")`,
		`m.match(m.Cs(m.P(1) / {a = 1.5}), "a")`, `m.match(m.Cs(m.P(1) / {a = true}), "a")`, `m.match(m.Cs(m.P(1) / {a = false}), "a")`, `m.match(m.Cf(m.P(0), add), "a")`,
		`m.match(m.Carg(1), "a")`, `m.match(m.Carg(2), "a", 1, 7)`, `m.match(m.Cb(true), "a")`, `m.match(m.Cb(1.5), "a")`, `m.match(m.Cb(m.P(1)), "a")`,
		`m.match(m.Cmt("a", function() return 5 end), "a")`, `m.match(m.Cmt("a", function() return "2" end), "a")`, `m.match(m.Cmt("a", function() return {} end), "a")`,
		`m.match(m.Cmt("a", function() return 2, 3, nil, 5, nil end), "a")`, `m.match(m.P(function() return true, 1 end), "a")`, `m.match(m.P(1) / function() return 1, nil end, "a")`,
		`m.match(m.P(1) / function() error("x", 0) end, "a")`,
		`m.match(m.Ct(m.Cg(m.Cc(1, 2), "x") * m.Cg(m.C(1), 3) * m.Cc(nil) * m.C(1)), "ab")`, `m.match(m.Ct(m.Cg(m.P(0) / 0, "x")), "")`, `m.match(m.Ct(m.Cg(1, 2) * m.C(1) * m.C(1)), "abc")`,
		`m.match(m.P{"x", x = m.P"a" * m.V"x" + 1}, "aab")`, `m.match(m.P{m.P"x", [all] = (m.P"y")}, "x")`, `m.match(m.P(1) / setmetatable({}, {__index = function(_, k) return k .. k end}), "a")`,
		`m.match(m.C(1)^0, ("a"):rep(9000))`, `select("#", m.match(m.C(1)^0, ("a"):rep(7000)))`, `#m.match(m.Ct(m.C(1)^0), ("a"):rep(70000))`,
		`getmetatable(m.P(1)).__index == m`, `(function() m.twice = function(p) return p * p end local found = m.P"a":twice():match("aab") m.twice = nil return found end)()`,
		`(pcall(function() return m.P(1):twice() end))`, `m.P(1).locale == m.locale`, `rawequal(re.compile"'a'".match, m.match)`,
		`m.match(m.P{"(" * m.V(1) * ")" + "x"}, ("("):rep(1000))`, `(function() local p = m.C(1) for i = 1, 300 do p = m.Ct(p) end return p:match("x") end)()`,
		`(function() local t = {m.P(1)} for i = 2, 1100 do t[i] = m.P(1) end return m.P(t) end)()`, `(function() for k, v in pairs(m.locale()) do assert(m.type(v)) end end)()`,
		`(function() local out = {} for k, v in pairs(m.locale{}) do for b = 0, 255 do if v:match(string.char(b)) then out[k] = (out[k] or 0) * 7 % 100003 + b end end end return out end)()`,
		// re
		`re.compile("a")`, `re.compile("a <- b")`, `re.compile("a <- 'x' a <- 'y'")`, `re.compile("a <- a")`, `re.compile("'a' -")`, `re.compile("(")`, `re.compile("'a")`, `re.compile("[a")`,
		`re.compile("%x1")`, `re.compile("'a' -> f")`, `re.compile("'a' => f", {})`, `re.compile("'a' -> f", {f = true})`, `re.compile("'a' => f", {f = 1})`, `re.compile("%f", {f = m.P"a"}):match("a")`,
		`re.compile("%f", {f = "ab"}):match("ab")`, `re.compile("%f+", {f = "ab"}):match("ababc")`, `re.compile("[%f]", {f = m.P"ab"}):match("ab")`, `re.compile(("'abcdefghij' "):rep(5) .. "|")`,
		`re.compile()`, `re.compile({})`, `re.compile(m.P"a"):match("a")`, `re.match("a", m.C(1))`, `re.match("abc", "..", 2)`, `re.match("abc", "..", -2)`, `re.match({}, ".")`, `re.find("abc", "'c'", 2)`,
		`re.find("abc", m.P"c")`, `re.find("abc", "{.}", 9)`, `re.find("a", "'x'^0")`, `re.gsub("abc", ".", "%0%0")`, `re.gsub("abc", "{.} .", "%1")`, `re.gsub("abc", "'b'", {b = "x"})`,
		`re.gsub("abc", ".", function(c) return c:upper() end)`, `re.gsub("abc", m.P"b", "")`, `re.gsub("abc", ".", true)`, `re.gsub("abc", "''", "-")`, `re.updatelocale()`,
		`re.compile("-- only a comment"):match("")`, `re.compile(""):match("")`, `re.compile(" a <- 'x' -- end"):match("x")`, `re.compile("{:x: 'a' :} =x"):match("aa")`, `re.compile("'a'^1000"):match(("a"):rep(1000))`,
		`re.compile("'a'^-3 'b'^+2"):match("aabb")`, `re.compile("('a'*)*")`, `re.compile("a <- 'x' / &a")`, `re.compile("a <- (b <- 'x' a?)")`, `re.compile("{| {:k: 'a' :} {.} |}"):match("ab")`,
	}
	want, got := runC(t, list), runOurs(t, list)
	for i := range list {
		if i >= len(got) || got[i] != want[i] {
			t.Errorf("%s\ngot  %s\nwant %s", list[i], got[min(i, len(got)-1)], want[i])
		}
	}
}

// An ordinary match costs next to nothing.
func TestCharge(t *testing.T) {
	in := newScript(t)
	evaluate(t, in, `p = m.Ct((m.C(m.R"az"^1) * m.P" "^-1)^0) p:match("a b c")`)
	in.SetBudget(0)
	evaluate(t, in, `return p:match("some words of a line")`)
	if used := in.Used(); used > 30 {
		t.Errorf("%d instructions", used)
	}
}

// A pattern counts its nodes and program, and keeps what it was made of.
func TestMemory(t *testing.T) {
	in := newScript(t)
	object := func(body string) *lpeg.Pattern {
		t.Helper()
		p, ok := evaluate(t, in, body).AsObject().(*lpeg.Pattern)
		if !ok {
			t.Fatalf("%s is no pattern", body)
		}
		return p
	}
	if size := object(`return m.Cc(1, 2, 3)`).Size(); size < 500 {
		t.Errorf("three constants: %d bytes", size)
	}
	p := object(`a, b, f = m.P"a", m.P"b", function() end; g = m.P{a + b * m.V(1)} p = g / f return p`)
	sized := 0
	count := func() (tables, functions, userdata int) {
		sized = 0
		p.Refer(func(v lua.Value) {
			switch v.Kind() {
			case lua.KindFunction:
				functions++
			case lua.KindUserdata:
				userdata++
				if s, ok := v.AsObject().(lua.Sized); ok {
					sized += s.Size()
				}
			}
		})
		return tables, functions, userdata
	}
	if _, functions, userdata := count(); functions != 1 || userdata != 1 {
		t.Errorf("%d functions, %d patterns", functions, userdata)
	}
	before := sized
	evaluate(t, in, `p:match("ba")`)
	if _, _, userdata := count(); userdata != 2 || sized < before+200 {
		t.Errorf("%d userdata of %d bytes once compiled, %d before", userdata, sized, before)
	}
}

func ExampleLibrary() {
	in := lua.New(lua.Options{})
	defer in.Close()
	in.SetGlobal("lpeg", lpeg.New().Module().Open(in).Value())
	fn, err := in.Load("example", []byte(`return lpeg.match(lpeg.C(lpeg.R"09"^1), "42 lines")`))
	if err != nil {
		panic(err)
	}
	result := make([]lua.Value, 1)
	if err := in.Call(fn, result); err != nil {
		panic(err)
	}
	fmt.Println(result[0].Text())
	// Output: 42
}

func BenchmarkOslo(b *testing.B) {
	in := newScript(b)
	evaluate(b, in, `
local d, sp = m.R"09", m.P" "
local time = d*d*d*d * "-" * d*d * "-" * d*d * sp * d*d * ":" * d*d * ":" * d*d * "." * d*d*d
local function field(p, name) return m.Cg(m.C(p), name) end
p = m.Ct(field(time, "Timestamp") * sp * field(d^1, "Pid") * sp * field(m.R"AZ"^1, "SeverityLabel") * sp * field((1 - sp)^1, "Module") * sp * field(m.P(1)^0, "Payload"))
line = "2026-11-20 07:44:16.106 4712 INFO nova.compute.claims [req-2571d913-53c2-4f89-b269-0545d3c81a2f b5ab03012b9c4ca28a2ea6297de0dc01 073b73073e114d8fb4c2b3de3a11a804 - default default] [instance: 29503363-5d7a-44da-a4de-9fa5043e3523] Claim successful on node vm"`)
	fn := load(b, in, `for i = 1, 1000 do p:match(line) end`)
	b.ReportAllocs()
	for b.Loop() {
		if err := in.Call(fn, nil); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/1000, "ns/line")
}
