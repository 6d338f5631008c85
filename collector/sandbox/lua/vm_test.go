package lua

import (
	"bytes"
	"errors"
	"strings"
	"testing"
	"time"
)

func execute(t testing.TB, in *Interp, source string, n int) ([]Value, error) {
	t.Helper()
	fn, err := in.Load("chunk", []byte(source))
	if err != nil {
		t.Fatal(err)
	}
	results := make([]Value, n)
	return results, in.Call(fn, results)
}

// TestBudget ends a script exactly when its instructions are used up, whatever it catches.
func TestBudget(t *testing.T) {
	for source, want := range map[string]int{
		"x = 1\nfunction a() end\nfunction b() end": 7, "": 1, "local a = 1 return a": 2,
		"for i = 1, 10 do end": 3 + 1 + 11 + 1, "x = 1 > 2": 4,
	} {
		in := New(Options{})
		in.SetBudget(want)
		if _, err := execute(t, in, source, 0); err != nil || in.Used() != want {
			t.Errorf("%q: %v after %d instructions, want %d", source, err, in.Used(), want)
		}
		in = New(Options{})
		in.SetBudget(want - 1)
		_, err := execute(t, in, source, 0)
		var e *Error
		if want > 1 && (!errors.As(err, &e) || !e.Exhausted || e.Text != "instruction_limit exceeded") {
			t.Errorf("%q with one less: %v", source, err)
		}
	}
	in := New(Options{})
	in.SetBudget(0)
	if _, err := execute(t, in, "for i = 1, 100000 do end", 0); err != nil || in.Used() < 100000 {
		t.Errorf("without a limit: %v after %d", err, in.Used())
	}
	in.SetBudget(25000)
	in.SetGlobal("spend", in.NewFunction("spend", func(c *Call) { c.Spend(20000) }))
	if _, err := execute(t, in, "spend()", 0); err != nil || in.Used() != 20003 {
		t.Errorf("%v, %d used", err, in.Used())
	}
	if _, err := execute(t, in, "pcall(spend) x = 1", 0); err == nil || in.Global("x").Float() == 1 {
		t.Errorf("a native function spent more than there was: %v", err)
	}
}

func TestInterrupt(t *testing.T) {
	stop := errors.New("stopped")
	in := New(Options{Base: BaseAll})
	started := make(chan struct{})
	in.SetGlobal("started", in.NewFunction("started", func(*Call) { close(started) }))
	go func() {
		<-started
		in.Interrupt(stop)
	}()
	_, err := execute(t, in, "started() while true do pcall(coroutine.wrap(function() while true do end end)) end", 0)
	if err == nil || err.Error() != "stopped" || err.(*Error).Exhausted {
		t.Errorf("got %v", err)
	}
	before := New(Options{})
	before.Interrupt(stop)
	if _, err := execute(t, before, "return 1", 0); err == nil || err.Error() != "stopped" {
		t.Errorf("interrupted before: %v", err)
	}
}

func TestErrors(t *testing.T) {
	in := New(Options{})
	in.SetGlobal("raise", in.NewFunction("raise", func(c *Call) { c.Raise("native") }))
	in.SetGlobal("fault", in.NewFunction("fault", func(*Call) { panic("a fault of the host") }))
	in.SetGlobal("through", in.NewFunction("through", func(c *Call) { c.Invoke(c.Arg(1), nil) }))
	in.SetGlobal("again", in.NewFunction("again", func(c *Call) {
		err := c.Interp().Call(c.Arg(1), nil)
		c.PushText("again: " + err.Error())
	}))
	for source, want := range map[string]string{
		"raise()": "chunk:1: native", "\n\nraise()": "chunk:3: native", "local ok, e = pcall(raise) error(e, 0)": "native",
		"through(raise)": "native", "through(function() error('inner') end)": "chunk:1: inner", "error({})": "(null)", "error(42)": "chunk:1: 42",
		"local function f() return 1 + f() end f()": "chunk:1: stack overflow", "error(again(function() x.y = 1 end), 0)": "again: chunk:1: attempt to index global 'x' (a nil value)",
	} {
		_, err := execute(t, in, source, 0)
		if err == nil || err.Error() != want {
			t.Errorf("%s: got %v, want %s", source, err, want)
		}
	}
	results, err := execute(t, in, "return 1, 'two', nil", 3)
	if err != nil || results[0].Float() != 1 || results[1].Text() != "two" || !results[2].IsNil() {
		t.Errorf("after errors: %v %v", results, err)
	}
	_, err = execute(t, in, "local function inner() error('x') end\nlocal function outer() inner() end\nouter()", 0)
	want := "stack traceback:\n\t[C]: in function 'error'\n\tchunk:1: in function 'inner'\n\tchunk:2: in function 'outer'\n\tchunk:3: in main chunk"
	if got := err.(*Error).Trace; got != want {
		t.Errorf("trace\n%s\nwant\n%s", got, want)
	}
	if _, err = execute(t, in, "pcall(fault) return 1", 0); err == nil || err.Error() != "internal error: a fault of the host" {
		t.Errorf("a fault of the host: %v", err)
	}
	if err := in.Call(Nil, nil); err == nil || !strings.Contains(err.Error(), "internal error") {
		t.Errorf("after it: %v", err)
	}
}

func TestNativeCalls(t *testing.T) {
	in := New(Options{})
	class := &Class{Name: "thing", Methods: map[string]Function{
		"get": func(c *Call) { c.PushNumber(c.Object(1).(*sized).n + CheckNumber(c, 2, "get")) },
	}, Meta: map[string]Function{"__len": func(c *Call) { c.PushNumber(9) }}}
	in.SetGlobal("thing", in.NewFunction("thing", func(c *Call) { c.Push(c.Interp().NewObject(class, &sized{n: 1})) }))
	in.SetGlobal("many", in.NewFunction("many", func(c *Call) {
		for i := range 500 {
			c.PushNumber(float64(i))
		}
	}))
	in.SetGlobal("all", in.NewFunction("all", func(c *Call) {
		for _, v := range c.InvokeAll([]Value{Number(float64(c.Len()))}, c.Arg(1), c.Arg(2), c.Arg(3)) {
			c.Push(v)
		}
	}))
	memory := []byte("abc")
	in.SetGlobal("view", in.NewFunction("view", func(c *Call) { c.PushView(bytesText(memory)) }))
	for source, want := range map[string]string{
		"local x = thing() return x:get(2) .. #x": "39", "return select('#', many()) .. (many())": "5000",
		"return table_concat(all(function(a, b) return a, b, 'z' end, 'x', 'y'))": "3 x y z", "return view()": "abc",
		"local ok, e = pcall(function() thing():get() end) return e":        "chunk:1: bad argument #1 to 'get' (number expected, got no value)",
		"local ok, e = pcall(function() thing().get(thing()) end) return e": "chunk:1: bad argument #2 to 'get' (number expected, got no value)",
	} {
		in.SetGlobal("table_concat", in.NewFunction("", func(c *Call) {
			var parts []string
			for i := 1; i <= c.Len(); i++ {
				s, _ := c.Text(i)
				parts = append(parts, s)
			}
			c.PushText(strings.Join(parts, " "))
		}))
		results, err := execute(t, in, source, 1)
		if err != nil {
			t.Errorf("%s: %v", source, err)
			continue
		}
		if text, _ := results[0].AsText(); text != want {
			t.Errorf("%s: got %s, want %s", source, text, want)
		}
	}
	kept, err := execute(t, in, "kept = view() return kept", 1)
	if err != nil {
		t.Fatal(err)
	}
	copy(memory, "xyz")
	now, err := execute(t, in, "return kept .. view()", 1)
	if err != nil || kept[0].Text() != "abc" || now[0].Text() != "abcxyz" {
		t.Errorf("%v: %q, %q", err, kept[0].Text(), now[0].Text())
	}
}

// sized is an object with memory and a value of its own.
type sized struct {
	n    float64
	size int
	v    Value
}

func (s *sized) Size() int               { return s.size }
func (s *sized) Refer(yield func(Value)) { yield(s.v) }

// TestMemory compares what is counted with what C Lua takes.
func TestMemory(t *testing.T) {
	class := &Class{Name: "sized"}
	for source, want := range map[string][2]int{
		"kept = {} for i = 1, 10000 do kept[i] = {} end":                            {10000 * 64, 10000 * 100},
		"kept = {} for i = 1, 10000 do kept[i] = {n = i, v = i} end":                {10000 * 144, 10000 * 180},
		"kept = {} for i = 1, 100000 do kept[i] = i end":                            {100000 * 16, 100000 * 22},
		"kept = {} for i = 1, 10000 do kept[i] = 'string' .. i end":                 {10000 * 50, 10000 * 64},
		"kept = {} for i = 1, 10000 do kept[i] = function() return i end end":       {10000 * 88, 10000 * 120},
		"kept = {} for i = 1, 10000 do kept['key' .. i] = i end":                    {10000 * 80, 10000 * 110},
		"local s = 'one string' .. 1 kept = {} for i = 1, 10000 do kept[i] = s end": {10000 * 16, 10000 * 28},
		"for i = 1, 100000 do local t = {i} end":                                    {0, 4000},
		"kept = object(5e6)":                                                        {5e6, 5e6 + 4000},
		"kept = object(0, {})":                                                      {100, 4000},
	} {
		in := New(Options{})
		base := in.CollectMemory()
		in.SetGlobal("object", in.NewFunction("object", func(c *Call) {
			c.Push(in.NewObject(class, &sized{size: CheckInt(c, 1, "object"), v: c.Arg(2)}))
		}))
		if _, err := execute(t, in, source, 0); err != nil {
			t.Fatal(err)
		}
		if used := in.MemoryUsed(); used < want[0] {
			t.Errorf("%s: %d bytes before the look", source, used)
		}
		if used := in.CollectMemory() - base; used < want[0] || used > want[1] {
			t.Errorf("%s: %d bytes, want %v", source, used, want)
		}
	}
}

func TestMemoryLimit(t *testing.T) {
	in := New(Options{})
	in.SetMemoryLimit(1 << 20)
	if _, err := execute(t, in, "for i = 1, 100000 do local t = {i, 'x' .. i} end", 0); err != nil {
		t.Errorf("garbage is counted for ever: %v", err)
	}
	in.SetGlobal("need", in.NewFunction("need", func(c *Call) { c.Need(2 << 20) }))
	_, err := execute(t, in, "pcall(need)", 0)
	var e *Error
	if !errors.As(err, &e) || !e.OutOfMemory || e.Text != "not enough memory" {
		t.Errorf("got %v", err)
	}
}

func TestWeakTables(t *testing.T) {
	var out bytes.Buffer
	in := New(Options{Base: BaseAll, Stdout: &out})
	_, err := execute(t, in, `
k, v = setmetatable({}, {__mode = 'k'}), setmetatable({}, {__mode = 'v'})
local kept = {}
k[kept], k[{}], k['s'], k[1] = 1, 2, 3, 4
v[1], v[2], v[3], v.x, v.f = kept, {}, 'text', {}, function() end
collectgarbage()
local n, m = 0, 0
for _ in pairs(k) do n = n + 1 end
for _ in pairs(v) do m = m + 1 end
print(n, m, k[kept], v[1] == kept, v[2], v[3])
`, 0)
	if got := out.String(); err != nil || got != "3\t2\t1\ttrue\tnil\ttext\n" {
		t.Errorf("%v: %s", err, got)
	}
}

func TestBaseSets(t *testing.T) {
	const filter = "_G _VERSION assert error gcinfo getfenv getmetatable ipairs module next pairs pcall rawequal rawget rawset select setfenv " +
		"setmetatable tonumber tostring type unpack xpcall"
	for base, want := range map[Base]string{
		BaseFilter: filter,
		BaseInput: "_G _VERSION assert collectgarbage error gcinfo getfenv getmetatable ipairs module newproxy next pairs pcall rawequal " +
			"rawget rawset select setfenv setmetatable tonumber tostring type unpack xpcall coroutine",
	} {
		var got []string
		New(Options{Base: base}).Globals().Each(func(k, _ Value) bool {
			got = append(got, k.Text())
			return true
		})
		if strings.Join(got, " ") != want {
			t.Errorf("set %d: got %v", base, got)
		}
	}
}

// FuzzLoad compiles and runs anything.
func FuzzLoad(f *testing.F) {
	for _, source := range hostile {
		f.Add(source)
	}
	f.Add("return 1, {2, [3] = 4, x = 5}, function(...) return ... end")
	f.Add("local a <const> = 'x")
	f.Add("x = [==[ \x00 ]=]")
	f.Fuzz(func(t *testing.T, source string) {
		in := New(Options{Base: BaseAll})
		in.globals.Set("dofile", Nil)
		in.globals.Set("loadfile", Nil)
		in.SetMemoryLimit(4 << 20)
		in.SetBudget(20000)
		start := time.Now()
		fn, err := in.Load("fuzz", []byte(source))
		if err != nil {
			if err.Error() == "" {
				t.Error("an error without text")
			}
			return
		}
		if err := in.Call(fn, nil); err != nil && strings.HasPrefix(err.Error(), "internal error") {
			t.Fatalf("%v\n%s", err, err.(*Error).Trace)
		}
		if took := time.Since(start); took > 10*time.Second {
			t.Errorf("took %v", took)
		}
	})
}
