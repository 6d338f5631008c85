package circularbuffer

import (
	"errors"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"lma_collector/collector/sandbox/lua"
	"lma_collector/collector/sandbox/modules/moduletest"
)

// newScript is an interpreter with circular_buffer, text(object) and number(n).
func newScript(t testing.TB) *lua.Interp {
	t.Helper()
	in := lua.New(lua.Options{})
	t.Cleanup(in.Close)
	in.SetGlobal("circular_buffer", Module().Open(in).Value())
	in.SetGlobal("text", in.NewFunction("text", func(c *lua.Call) {
		c.PushText(string(c.Object(1).(lua.Outputter).AppendOutput(nil)))
	}))
	in.SetGlobal("show", in.NewFunction("show", func(c *lua.Call) {
		var out []string
		for i := 1; i <= c.Len(); i++ {
			if s, ok := c.Text(i); ok {
				out = append(out, s)
			} else {
				out = append(out, c.Kind(i).String())
			}
		}
		c.PushText(strings.Join(out, " "))
	}))
	return in
}

func evaluate(t testing.TB, body string) string {
	t.Helper()
	in := newScript(t)
	fn, err := in.Load("test", []byte(body))
	if err != nil {
		t.Fatal(err)
	}
	result := make([]lua.Value, 1)
	if err := in.Call(fn, result); err != nil {
		return err.Error()
	}
	return result[0].Text()
}

const statsHeader = `"rows":3,"columns":3,"seconds_per_row":1,"column_info":[{"name":"Add_column","unit":"count","aggregation":"sum"},` +
	`{"name":"Set_column","unit":"count","aggregation":"sum"},{"name":"Get_column","unit":"count","aggregation":"sum"}]}` + "\n"

// TestOutput follows a buffer through additions, gaps and a jump.
func TestOutput(t *testing.T) {
	const start = `local cb = circular_buffer.new(3, 3, 1)
cb:set_header(1, "Add column") cb:set_header(2, "Set column", "count") cb:set_header(3, "Get column", "count", "sum")
`
	const adds = `for i = 0, 2 do for n = 0, i do cb:add(i * 1e9, 1, 1) end cb:set(i * 1e9, 2, i + 1) cb:set(i * 1e9, 3, (cb:get(i * 1e9, 2))) end
`
	for _, c := range []struct{ body, want string }{
		{``, `{"time":0,` + statsHeader + "nan\tnan\tnan\nnan\tnan\tnan\nnan\tnan\tnan\n"},
		{adds, `{"time":0,` + statsHeader + "1\t1\t1\n2\t2\t2\n3\t3\t3\n"},
		{adds + `cb:add(4e9, 1, 4)`, `{"time":2,` + statsHeader + "3\t3\t3\nnan\tnan\tnan\n4\tnan\tnan\n"},
		{adds + `cb:add(10e9, 1, 4)`, `{"time":8,` + statsHeader + "nan\tnan\tnan\nnan\tnan\tnan\n4\tnan\tnan\n"},
	} {
		if got := evaluate(t, start+c.body+" return text(cb)"); got != c.want {
			t.Errorf("%s\ngot  %s\nwant %s", c.body, got, c.want)
		}
	}
}

func TestMethods(t *testing.T) {
	const cb = `local cb = circular_buffer.new(4, 2, 10)
cb:set_header(2, "peaks and more of them", "B/s per hour", "max")
`
	for body, want := range map[string]string{
		`cb:get_configuration()`: "4 2 10",
		`cb:current_time()`:      "30000000000",
		`cb:get_header(1)`:       "Column_1 count sum",
		`cb:get_header(2)`:       "peaks_and_more_ B/s_per max",
		`cb:set_header(1, "x")`:  "1",
		`cb:add(35e9, 1, 2), cb:add(39e9, 1, 2.5), cb:get(30e9, 1)`:                  "2 4.5 4.5",
		`cb:add(-1, 1, 2), cb:get(-1, 1), cb:get(40e9, 1)`:                           "nil nil nil",
		`cb:add(70e9, 1, 1), cb:add(30e9, 1, 1), cb:get(70e9, 1), cb:current_time()`: "1 nil 1 70000000000",
		`cb:set(0, 2, 5), cb:set(0, 2, 3), cb:set(0, 2, 7)`:                          "5 5 7",
		`cb:set(0, 1, 5), cb:set(0, 1, 3)`:                                           "5 3",
		`cb:get(0, 1)`:                                                               "nan",
		// statistics over 1 2 nan 4
		`fill(), cb:compute("sum", 1)`:                                                          "0 7 3",
		`fill(), cb:compute("avg", 1)`:                                                          "0 2.3333333333333 3",
		`fill(), cb:compute("variance", 1)`:                                                     "0 1.5555555555556 3",
		`fill(), cb:compute("sd", 1)`:                                                           "0 1.2472191289246 3",
		`fill(), cb:compute("min", 1)`:                                                          "0 1 3",
		`fill(), cb:compute("max", 1)`:                                                          "0 4 3",
		`fill(), cb:compute("sum", 1, 10e9)`:                                                    "0 6 2",
		`fill(), cb:compute("sum", 1, 0, 10e9)`:                                                 "0 3 2",
		`fill(), cb:compute("sum", 1, 5e9, 15e9)`:                                               "0 3 2",
		`fill(), cb:compute("sum", 1, 20e9, 20e9)`:                                              "0 0 0",
		`fill(), cb:compute("max", 1, 20e9, 20e9)`:                                              "0 nan 0",
		`fill(), cb:compute("sum", 1, -20e9, 20e9)`:                                             "0 nil 0",
		`fill(), cb:compute("sum", 1, 20e9, 50e9)`:                                              "0 nil 0",
		`fill(-5), cb:compute("max", 1)`:                                                        "0 -1 3",
		`fill(), #cb:get_range(1), cb:get_range(1, 30e9, 30e9)[1], cb:get_range(1, 90e9, 90e9)`: "0 4 4 nil",
		`cb:format("cbufd") == cb and "same"`:                                                   "same",
		`circular_buffer.version()`:                                                             "0.2.0",
		// wrong arguments
		`circular_buffer.new(2)`:                  "test:5: bad argument #0 to 'new' (incorrect number of arguments)",
		`circular_buffer.new("x", 1, 1)`:          "test:5: bad argument #1 to 'new' (number expected, got string)",
		`circular_buffer.new(1, 1, 1)`:            "test:5: bad argument #1 to 'new' (rows must be > 1)",
		`circular_buffer.new(2, 0, 1)`:            "test:5: bad argument #2 to 'new' (columns must be > 0)",
		`circular_buffer.new(2, 1, 0)`:            "test:5: bad argument #3 to 'new' (seconds_per_row is out of range)",
		`circular_buffer.new(1e9, 1e9, 1)`:        "not enough memory",
		`cb:set()`:                                "test:5: bad argument #-1 to 'set' (incorrect number of arguments)",
		`cb.get(4, 1, 1)`:                         "test:5: bad argument #1 to 'get' (mozsvc.circular_buffer expected, got number)",
		`cb:set(0, 3, 1)`:                         "test:5: bad argument #2 to 'set' (column out of range)",
		`cb:add(0, 0, 1)`:                         "test:5: bad argument #2 to 'add' (column out of range)",
		`cb:add({}, 1, 1)`:                        "test:5: bad argument #1 to 'add' (number expected, got table)",
		`cb:add(0, 1, nil)`:                       "test:5: bad argument #3 to 'add' (number expected, got nil)",
		`cb:compute("func", 1)`:                   "test:5: bad argument #1 to 'compute' (invalid option 'func')",
		`cb:compute("sum", 5)`:                    "test:5: bad argument #2 to 'compute' (column out of range)",
		`cb:compute("sum", 1, 20e9, 10e9)`:        "test:5: bad argument #4 to 'compute' (end must be >= start)",
		`cb:format("x")`:                          "test:5: bad argument #1 to 'format' (invalid option 'x')",
		`cb:set_header(1, "x", "y", "z")`:         "test:5: bad argument #4 to 'set_header' (invalid option 'z')",
		`cb:set_header(1, {})`:                    "test:5: bad argument #2 to 'set_header' (string expected, got table)",
		`cb:fromstring("1 2 3")`:                  "test:5: fromstring() too few values: 1, expected 8",
		`cb:fromstring("30 3 1 2 3 4 5 6 7 8 9")`: "test:5: fromstring() too many values, more than: 8",
		`cb:fromstring("")`:                       "test:5: fromstring() too few values: 0, expected 8",
		`cb:fromstring("0 0 na 1")`:               "test:5: fromstring() too few values: 0, expected 8",
		`cb:fromstring("0 0 1 2 3 4 5 6 7 8 x")`:  "test:5: fromstring() too many values, more than: 8",
		`circular_buffer.new(nil, 1, 1)`:          "test:5: bad argument #1 to 'new' (number expected, got nil)",
		`circular_buffer.new(1, nil, 1)`:          "test:5: bad argument #1 to 'new' (rows must be > 1)",
		`circular_buffer.new(2, nil, 1)`:          "test:5: bad argument #2 to 'new' (number expected, got nil)",
		`circular_buffer.new(2, 1, nil)`:          "test:5: bad argument #3 to 'new' (number expected, got nil)",
		`circular_buffer.new(2, 1, 1, true, 1)`:   "test:5: bad argument #0 to 'new' (incorrect number of arguments)",
		`cb:set(0, nil, 1)`:                       "test:5: bad argument #2 to 'set' (number expected, got nil)",
		`cb:set(nil, 1, 1)`:                       "test:5: bad argument #1 to 'set' (number expected, got nil)",
		`cb:add(0)`:                               "test:5: bad argument #-1 to 'add' (incorrect number of arguments)",
		`cb:get(0)`:                               "test:5: bad argument #-1 to 'get' (incorrect number of arguments)",
		`cb:compute("sum")`:                       "test:5: bad argument #-1 to 'compute' (incorrect number of arguments)",
		`cb:compute({}, 1)`:                       "test:5: bad argument #1 to 'compute' (string expected, got table)",
		`cb:format("cbuf", true)`:                 "test:5: bad argument #-1 to 'format' (incorrect number of arguments)",
		`cb:format()`:                             "test:5: bad argument #-1 to 'format' (incorrect number of arguments)",
		`cb:get_header()`:                         "test:5: bad argument #-1 to 'get_header' (incorrect number of arguments)",
		`cb:get_header(99)`:                       "test:5: bad argument #1 to 'get_header' (column out of range)",
		`cb:add(0, 1, 2, "more", 3)`:              "2", // what follows is not looked at
		`cb:set_header(1, "a\0b", "c")`:           "1",
		`cb:fromstring({})`:                       "test:5: bad argument #1 to 'fromstring' (string expected, got table)",
	} {
		got := evaluate(t, cb+`local function fill(n) n = n or 0; for i, v in pairs({[0]=1, [1]=2, [3]=4}) do cb:set(i * 10e9, 1, n + v) end return 0 end
local x
return show(`+body+`)`)
		if got != want {
			t.Errorf("%s\ngot  %q\nwant %q", body, got, want)
		}
	}
}

func TestMannWhitney(t *testing.T) {
	const fill = `local cb = circular_buffer.new(40, 1, 1)
local data = {15309,14092,13661,13412,14205,15042,14142,13820,14917,13953,14320,14472,15133,13790,14539,14129,14886,15202,15274,14000,
  1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20}
for i, v in pairs(data) do cb:set((i - 1) * 1e9, 1, v) end
`
	for body, want := range map[string]string{
		`cb:mannwhitneyu(1, 0, 19e9, 20e9, 39e9)`:     "400 3.3978075640867e-08",
		`cb:mannwhitneyu(1, 20e9, 39e9, 0, 19e9)`:     "0 3.3978075640867e-08",
		`cb:mannwhitneyu(1, 0, 1e9, 2e9, 3e9, false)`: "4 0.060667625179241",
		`cb:mannwhitneyu(1, 0, 19e9, 20e9, 60e9)`:     "",
		`cb:mannwhitneyu(1, 0, 10e9, 10e9, 20e9)`:     "test:5: bad argument #3 to 'mannwhitneyu' (ranges must not overlap)",
		`cb:mannwhitneyu(1, 10e9, 0, 20e9, 30e9)`:     "test:5: bad argument #3 to 'mannwhitneyu' (end_1 must be >= start_1)",
		`cb:mannwhitneyu(1, 0, 10e9, 30e9, 20e9)`:     "test:5: bad argument #5 to 'mannwhitneyu' (end_2 must be >= start_2)",
		`cb:mannwhitneyu()`:                           "test:5: bad argument #-1 to 'mannwhitneyu' (incorrect number of arguments)",
		`cb:mannwhitneyu(nil, 0, 0, 0, 0)`:            "test:5: bad argument #1 to 'mannwhitneyu' (number expected, got nil)",
		`cb:mannwhitneyu(0, 0, 0, 0, 0)`:              "test:5: bad argument #1 to 'mannwhitneyu' (column out of range)",
		`cb:mannwhitneyu(1, 0, 1, 2, 3, true, 5)`:     "test:5: bad argument #-1 to 'mannwhitneyu' (too many arguments)",
		`cb:mannwhitneyu(1, 0, 10e9, 20e9, 30e9, 1)`:  "test:5: bad argument #6 to 'mannwhitneyu' (use_continuity must be a boolean)",
	} {
		got := evaluate(t, fill+"return show("+body+")")
		if got != want {
			t.Errorf("%s\ngot  %q\nwant %q", body, got, want)
		}
	}
	if _, _, ok := mannWhitney([]ranked{{1, true}, {1, true}, {1, false}}, true); ok {
		t.Error("equal values have a result")
	}
}

// TestDeltas follows what cbufd gives after each change.
func TestDeltas(t *testing.T) {
	in := newScript(t)
	run := func(body string) string {
		t.Helper()
		fn, err := in.Load("test", []byte(body))
		if err != nil {
			t.Fatal(err)
		}
		result := make([]lua.Value, 1)
		if err := in.Call(fn, result); err != nil {
			return err.Error()
		}
		return result[0].Text()
	}
	run(`cb = circular_buffer.new(2, 2, 1, true) cb:set_header(1, "Sum column") cb:set_header(2, "Min", "count", "min") cb:format("cbufd")`)
	const header = `{"time":0,"rows":2,"columns":2,"seconds_per_row":1,"column_info":[{"name":"Sum_column","unit":"count","aggregation":"sum"},{"name":"Min","unit":"count","aggregation":"min"}]}` + "\n"
	for _, step := range []struct{ body, want string }{
		{``, ""},
		{`cb:set(0, 1, 3) cb:set(0, 2, 6)`, header + "0\t3\t6\n"},
		{`cb:set(0, 1, 5) cb:set(0, 2, 5)`, header + "0\t2\t5\n"},
		{``, ""},
		{`cb:add(0, 1, 3) cb:add(0, 2, 3)`, header + "0\t3\t8\n"},
		{`cb:add(1e9, 1, 1)`, header + "1\t1\tnan\n"},
		{`cb:add(0, 1, 0)`, ""},
		{`cb:add(0, 2, 0)`, ""},
		{`cb:set(0, 1, 0)`, header + "0\t-8\tnan\n"},
		// a delta that is not a number is one, and stays so
		{`cb:add(0, 1, 1) cb:set(0, 1, 0/0) cb:add(0, 2, 1)`, header + "0\tnan\t9\n"},
		{`cb:add(0, 1, 1) cb:add(0, 1, 0/0) cb:add(0, 2, 1)`, header + "0\tnan\t10\n"},
		{`cb:add(0, 1, 1) cb:set(0, 2, 0/0)`, header + "0\t1\tnan\n"},
		{`cb:add(0, 1, 1) cb:set(0, 2, 9) cb:add(0, 2, 0/0)`, header + "0\t1\tnan\n"},
		{`cb:set(0, 1, 0) cb:set(0, 2, 0)`, header + "0\t-2\t0\n"},
		{`cb:add(0, 1, 0) cb:add(0, 2, 0)`, ""},
		{`cb:set(0, 1, 0/0) cb:add(0, 1, 5)`, header + "0\tnan\tnan\n"},
		{`cb:fromstring("1 1 1 2 3 4 0 3 4")`, header + "0\t3\t4\n"},
		{`cb:set(0, 1, 1/0) cb:set(0, 1, 1/0)`, header + "0\tinf\tnan\n"},
		{`cb:set(0, 1, 5) cb:set(0, 1, 1/0) cb:set(0, 1, -1/0)`, header + "0\tnan\tnan\n"},
		{`cb:fromstring("1 1 0 8 1 nan")`, ""},
	} {
		if got := run(step.body + " return text(cb)"); got != step.want {
			t.Errorf("%s\ngot  %q\nwant %q", step.body, got, step.want)
		}
	}
	run(`cb:add(1e9, 1, 4)`)
	b := in.Global("cb").AsObject().(*Buffer)
	const preserved = "if cb == nil then cb = circular_buffer.new(2, 2, 1, true) end\n" +
		"cb:set_header(1, \"Sum_column\", \"count\", \"sum\")\ncb:set_header(2, \"Min\", \"count\", \"min\")\n" +
		"cb:fromstring(\"1 1 0 8 5 nan 1 4 0\")\n"
	if got := string(b.AppendPreserved(nil, "cb")); got != preserved {
		t.Errorf("got\n%swant\n%s", got, preserved)
	}
	if got := run(strings.ReplaceAll(preserved, "cb =", "again =") + `cb = nil ` + preserved + ` cb:format("cbufd") return text(cb)`); got != header+"1\t4\t0\n" {
		t.Errorf("restored: %q", got)
	}
	if got := run(`cb:fromstring("1 1 0 8 5 nan 1 4")`); got != "test:1: fromstring() invalid delta" {
		t.Errorf("got %q", got)
	}
}

// TestExact restores cells to the last bit.
func TestExact(t *testing.T) {
	b := NewBuffer(5, 1, 1, false)
	want := []float64{1.0 / 3, 1e-12, -math.MaxFloat64, math.Inf(-1), math.NaN()}
	for i, v := range want {
		b.Set(float64(i)*1e9, 0, v)
	}
	text := string(b.AppendPreserved(nil, "x"))
	_, text, _ = strings.Cut(text, `fromstring("`)
	text, _, _ = strings.Cut(text, `"`)
	again := NewBuffer(5, 1, 1, false)
	if reason := again.fromString(text); reason != "" {
		t.Fatal(reason)
	}
	for i, v := range want {
		if got, _ := again.Get(float64(i)*1e9, 0); math.Float64bits(got) != math.Float64bits(v) && !(v != v && got != got) {
			t.Errorf("cell %d: %v, want %v", i, got, v)
		}
	}
}

// TestOddTimes must not reach outside the cells.
func TestOddTimes(t *testing.T) {
	for _, ns := range []float64{math.NaN(), math.Inf(1), math.Inf(-1), math.MaxFloat64, -1e300, 9e24, -9e24, 0} {
		b := NewBuffer(3, 1, 7, false)
		_, added := b.Add(ns, 0, 1)
		_, got := b.Get(ns, 0)
		if added != got {
			t.Errorf("%v: added %v, got %v", ns, added, got)
		}
	}
}

// FuzzFromString must keep the buffer usable whatever it is told.
func FuzzFromString(f *testing.F) {
	f.Add("30 3 1 2 3 4")
	f.Add("1 1 0 8 5 nan 1 4")
	f.Add("9e15 -1 0 0 0 0")
	f.Fuzz(func(t *testing.T, text string) {
		b := NewBuffer(4, 1, 10, true)
		if b.fromString(text) != "" {
			return
		}
		b.Add(float64(b.current)*1e9, 0, 1)
		if _, _, ok := b.compute("sd", 0, b.oldest(), b.current); !ok {
			t.Fatal("the whole buffer is outside of itself")
		}
		if out := b.AppendOutput(nil); strings.Count(string(out), "\n") != 5 {
			t.Fatalf("output %q", out)
		}
	})
}

// TestRows compares the buffer with a plain map of rows over random times.
func TestRows(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for range 200 {
		rows, step := 2+random.IntN(6), int64(1+random.IntN(20))
		b := NewBuffer(rows, 1, step, false)
		model, newest := map[int64]float64{}, step*int64(rows-1)
		for range 60 {
			at := max(0, newest+int64(random.IntN(8*rows))*step/4-int64(rows)*step)
			row := at - at%step
			newest = max(newest, row)
			_, ok := b.Add(float64(at)*1e9, 0, 1)
			if want := row > newest-int64(rows)*step; ok != want {
				t.Fatalf("add at %d of %d: %v", at, newest, ok)
			} else if ok {
				model[row]++
			}
			for i := range int64(rows) {
				row := newest - i*step
				got, ok := b.Get(float64(row)*1e9, 0)
				if want, filled := model[row]; !ok || filled != (got == got) || filled && got != want {
					t.Fatalf("row %d: %v, want %v", row, got, want)
				}
			}
		}
		again := NewBuffer(rows, 1, step, false)
		_, text, _ := strings.Cut(string(b.AppendPreserved(nil, "x")), `fromstring("`)
		text, _, _ = strings.Cut(text, `"`)
		if reason := again.fromString(text); reason != "" || string(again.AppendOutput(nil)) != string(b.AppendOutput(nil)) {
			t.Fatalf("restored: %s %s", reason, again.AppendOutput(nil))
		}
	}
}

// TestMemory counts a buffer as its payload and its deltas.
func TestMemory(t *testing.T) {
	b := NewBuffer(1000, 10, 1, true)
	empty := b.Size()
	if empty < 80000 || empty > 81000 {
		t.Errorf("10000 cells are %d bytes", empty)
	}
	for i := range 100000 {
		b.Add(float64(i)*1e9, 0, 1)
	}
	if got := b.Size() - empty; got < 1000*80 || got > 2*1000*200 {
		t.Errorf("the deltas are %d bytes", got)
	}
}

// TestCharged ends a script that makes buffers empty themselves again and again.
func TestCharged(t *testing.T) {
	for _, body := range []string{
		`local cb = circular_buffer.new(1000, 100, 1) for i = 1, 1e6 do cb:add(i * 1e13, 1, 1) end`,
		`for i = 1, 1e6 do circular_buffer.new(1000, 100, 1) end`,
		`local cb = circular_buffer.new(1e5, 1, 1) for i = 1, 1e6 do cb:compute("sd", 1) end`,
		`local cb = circular_buffer.new(1e5, 1, 1) for i = 1, 1e6 do cb:get_range(1) end`,
		`local cb = circular_buffer.new(1e5, 1, 1) for i = 1, 1e6 do cb:mannwhitneyu(1, 0, 4e13, 5e13, 9e13) end`,
	} {
		in := newScript(t)
		fn, err := in.Load("test", []byte(body))
		if err != nil {
			t.Fatal(err)
		}
		in.SetBudget(1e6)
		var failed *lua.Error
		if err := in.Call(fn, nil); !errors.As(err, &failed) || !failed.Exhausted {
			t.Errorf("%s: %v", body, err)
		}
	}
}

func BenchmarkAdd(b *testing.B) {
	buf := NewBuffer(60, 2, 10, false)
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		buf.Add(float64(i)*1e8, 0, 1)
	}
}

func BenchmarkGet(b *testing.B) {
	buf := NewBuffer(60, 2, 10, false)
	b.ReportAllocs()
	for b.Loop() {
		buf.Get(590e9, 0)
	}
}

// BenchmarkScript is 100 adds and gets from Lua.
func BenchmarkScript(b *testing.B) {
	in := newScript(b)
	fn, err := in.Load("test", []byte(`local cb = circular_buffer.new(60, 2, 10)
return function() for i = 1, 100 do cb:add(i * 1e8, 1, 1) local v = cb:get(i * 1e8, 1) end end`))
	if err != nil {
		b.Fatal(err)
	}
	run := make([]lua.Value, 1)
	if err := in.Call(fn, run); err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for n := 0; n < b.N; n += 100 {
		if err := in.Call(run[0], nil); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkAddCompute(b *testing.B) {
	buf := NewBuffer(60, 2, 10, false)
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		buf.Add(float64(i)*1e9, 0, 1)
		buf.compute("avg", 0, buf.oldest(), buf.current)
	}
}

// TestMemoryOfDeltas counts the rows of deltas, and charges for the names of columns.
func TestMemoryOfDeltas(t *testing.T) {
	s := moduletest.New(t, Module())
	s.In.SetMemoryLimit(8 << 20)
	var failed *lua.Error
	err := s.Call(`local c = circular_buffer.new(100000, 1, 1, true) for i = 1, 200000 do c:add(i * 1e9, 1, 1) end`, nil)
	if !errors.As(err, &failed) || !failed.OutOfMemory {
		t.Error(err)
	}
	moduletest.ExpectExhausted(t, Module(), "for i = 1, 50 do circular_buffer.new(2, 60000, 1) end")
}
