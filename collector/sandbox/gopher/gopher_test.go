package gopher

import (
	"fmt"
	"strings"
	"testing"

	"lma_collector/collector/sandbox/lua"
)

func execute(t testing.TB, in *Interp, source string, n int) ([]lua.Value, error) {
	t.Helper()
	fn, err := in.Load("chunk", []byte(source))
	if err != nil {
		t.Fatal(err)
	}
	results := make([]lua.Value, n)
	return results, in.Call(fn, results)
}

// TestEach gives arrays in order, then what else there is in the order in which it came.
func TestEach(t *testing.T) {
	in := New()
	defer in.Close()
	for source, want := range map[string]string{
		"{}": "", "{10, 20, 30}": "1=10 2=20 3=30", "{z=1, a=2, 5}": "1=5 z=1 a=2", "{1, nil, 3}": "1=1 3=3", "{[2]=1}": "2=1",
		"{[true]=1, [1.5]=2}": "true=1 1.5=2",
	} {
		results, err := execute(t, in, "return "+source, 1)
		if err != nil {
			t.Fatal(err)
		}
		table, _ := results[0].AsTable()
		var got []string
		table.Each(func(k, v lua.Value) bool {
			name, ok := k.AsText()
			if !ok {
				name = fmt.Sprint(k.Truth())
			}
			text, _ := v.AsText()
			got = append(got, name+"="+text)
			return true
		})
		if strings.Join(got, " ") != want {
			t.Errorf("%s: got %v, want %s", source, got, want)
		}
	}
}

// TestBudget ends a script exactly when its instructions are used up, whatever it catches.
func TestBudget(t *testing.T) {
	in := New()
	defer in.Close()
	fn, err := in.Load("chunk", []byte("x = 1\nfunction a() end\nfunction b() end"))
	if err != nil {
		t.Fatal(err)
	}
	in.SetBudget(7)
	if err := in.Call(fn, nil); err != nil || in.Used() != 7 {
		t.Errorf("%v after %d instructions, 7 are C Lua's count", err, in.Used())
	}
	in.SetBudget(6)
	if err := in.Call(fn, nil); err == nil || err.Error() != "instruction_limit exceeded" || !err.(*lua.Error).Exhausted {
		t.Errorf("got %v", err)
	}
	for _, source := range []string{
		"while true do end", "while true do pcall(error) end", "repeat pcall(function() repeat until false end) until false",
		"xpcall(function() while true do end end, function() while true do end end) while true do end",
		"setmetatable(_G, {__index = function(t, k) return t[k] end}) return none",
		"local f; f = function() return pcall(f) end while true do f() end",
	} {
		in.SetBudget(50000)
		if _, err := execute(t, in, source, 0); err == nil {
			t.Errorf("%s ended well", source)
		}
	}
	in.SetBudget(0)
	if _, err := execute(t, in, "for i = 1, 100000 do end", 0); err != nil {
		t.Errorf("without a limit: %v", err)
	}
}

func TestErrors(t *testing.T) {
	in := New()
	defer in.Close()
	in.SetGlobal("raise", in.NewFunction("raise", func(c lua.Call) { c.Raise("native") }))
	in.SetGlobal("through", in.NewFunction("through", func(c lua.Call) { c.Invoke(c.Arg(1), nil) }))
	for source, want := range map[string]string{
		"raise()": "chunk:1: native", "\n\nraise()": "chunk:3: native", "local ok, e = pcall(raise) error(e, 0)": "native",
		"through(raise)": "native", "through(function() error('inner') end)": "chunk:1: inner", "error({})": "(null)", "error(42)": "42",
		"local function f() f() end f()": "stack overflow",
	} {
		_, err := execute(t, in, source, 0)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want %s", source, err, want)
		}
	}
	results, err := execute(t, in, "return 1, 'two', nil", 3)
	if err != nil || results[0].Float() != 1 || results[1].Text() != "two" || !results[2].IsNil() {
		t.Errorf("after errors: %v %v", results, err)
	}
}

// TestStrings proves that kept strings do not follow the memory they came from.
func TestStrings(t *testing.T) {
	in := New()
	defer in.Close()
	memory := []byte("abc")
	in.SetGlobal("view", in.NewFunction("view", func(c lua.Call) { c.PushView(viewOf(memory)) }))
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

func TestGlobals(t *testing.T) {
	in := New()
	defer in.Close()
	var got []string
	in.Globals().Each(func(k, _ lua.Value) bool {
		got = append(got, k.Text())
		return true
	})
	if strings.Join(got, " ") != strings.Join(baseFunctions, " ") {
		t.Errorf("got %v", got)
	}
}
