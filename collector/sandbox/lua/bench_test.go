package lua

import (
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

var workloads = map[string]string{
	"loop":    "local s = 0 for i = 1, N do s = s + i end",
	"calls":   "local function f(a, b) return a end for i = 1, N do f(i, i) end",
	"field":   "local t = {x = 0, y = 1} for i = 1, N do t.x = t.x + t.y end",
	"array":   "local t = {} for i = 1, 100 do t[i] = i end for j = 1, N / 100 do for i = 1, 100 do t[i] = t[i] + 1 end end",
	"closure": "for i = 1, N do local f = function() return i end end",
	"concat":  "for j = 1, N / 1000 do local s = '' for i = 1, 1000 do s = s .. 'x' end end",
	"table":   "for i = 1, N do local t = {n = i, v = i} end",
	"fields":  "for i = 1, N do local t = {a = i, b = i} t.c, t.d, t.e, t.f, t.g, t.h, t.i, t.j = i, i, i, i, i, i, i, i end",
	"pcall":   "local function f() end for i = 1, N do pcall(f) end",
	"pairs":   "local t = {} for i = 1, 100 do t['k' .. i] = i end for j = 1, N / 100 do for k, v in pairs(t) do end end",
	"method":  "local c = {} c.__index = c function c:f() return self.x end local o = setmetatable({x = 1}, c) for i = 1, N do o:f() end",
	"global":  "x = 0 for i = 1, N do x = x + 1 end",
	"append":  "for j = 1, N / 1000 do local t = {} for i = 1, 1000 do t[#t + 1] = i end end",
}

// BenchmarkWorkloads measures a step of each workload, here and in C's Lua where it is installed.
func BenchmarkWorkloads(b *testing.B) {
	for name, source := range workloads {
		b.Run(name, func(b *testing.B) {
			in := New(Options{Base: BaseFilter})
			fn, err := in.Load("bench", []byte("local N = ...\n"+source))
			if err != nil {
				b.Fatal(err)
			}
			b.ReportAllocs()
			b.ResetTimer()
			if err := in.Call(fn, nil, Number(float64(b.N))); err != nil {
				b.Fatal(err)
			}
		})
		b.Run(name+"/lua5.1", func(b *testing.B) {
			program, err := exec.LookPath("lua5.1")
			if err != nil {
				b.Skip("lua5.1 is not installed")
			}
			source := "local N = " + strconv.Itoa(b.N) + " local t = os.clock() do " + source + " end print(os.clock() - t)"
			out, err := exec.Command(program, "-e", source).Output()
			seconds, _ := ParseNumber(strings.TrimSpace(string(out)))
			if err != nil || seconds < 0 {
				b.Fatal(err, string(out))
			}
			b.ReportMetric(seconds*1e9/float64(b.N), "ns/op")
		})
	}
}

// BenchmarkCounterFilter is a filter that counts messages by a header.
func BenchmarkCounterFilter(b *testing.B) {
	in := New(Options{})
	in.SetGlobal("read_message", in.NewFunction("read_message", func(c *Call) {
		if name, ok := c.Text(1); ok && name == "Type" {
			c.PushView("nginx.access")
		}
	}))
	in.SetMemoryLimit(8 << 20)
	_, err := execute(b, in, `local counts = {}
function process_message()
  local t = read_message("Type")
  counts[t] = (counts[t] or 0) + 1
  return 0
end`, 0)
	if err != nil {
		b.Fatal(err)
	}
	fn := in.Global("process_message")
	results := make([]Value, 2)
	b.ReportAllocs()
	for b.Loop() {
		in.SetBudget(1000000)
		if err := in.Call(fn, results); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkCall is a call from Go of a function that does nothing.
func BenchmarkCall(b *testing.B) {
	in := New(Options{})
	if _, err := execute(b, in, "function f() return 0 end", 0); err != nil {
		b.Fatal(err)
	}
	fn := in.Global("f")
	results := make([]Value, 2)
	b.ReportAllocs()
	for b.Loop() {
		in.SetBudget(1000000)
		if err := in.Call(fn, results); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkNew(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		New(Options{})
	}
}

func BenchmarkLoad(b *testing.B) {
	source := []byte(strings.Repeat("local function f(a, b) local t = {x = a, y = b, 'z'} return t.x + t.y * 2, t[1] .. 'text' end\n", 100))
	in := New(Options{})
	b.SetBytes(int64(len(source)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := in.Load(filepath.Base("bench"), source); err != nil {
			b.Fatal(err)
		}
	}
}
