package stdlib

import (
	"fmt"
	"os/exec"
	"strconv"
	"strings"
	"testing"
)

// benchmarks are statements with the local s, a line of a log, and t, a list of 10 words.
var benchmarks = []struct{ name, statement string }{
	{"find", `string.find(s, "INFO", 1, true)`},
	{"match", `string.match(s, "^(%d+)-(%d+)-(%d+) (%d+):(%d+):([%d.]+) (%d+) (%u+) (%S+)")`},
	{"gmatch", `for w in string.gmatch(s, "%a+") do end`},
	{"gsub", `string.gsub(s, "%s+", "_")`},
	{"gsub function", `string.gsub(s, "%d+", f)`},
	{"format", `string.format("%s %d %5.2f", "name", 42, 3.14159)`},
	{"sub", `string.sub(s, 5, 30)`},
	{"concat", `table.concat(t, ", ")`},
	{"insert", `table.insert(u, 1) table.remove(u)`},
	{"sort", `table.sort({5, 2, 8, 1, 9, 3, 7, 4, 6, 0})`},
	{"date", `os.date("!%Y-%m-%dT%H:%M:%S", 1454500800)`},
}

const benchmarkSetup = `
local s, t, u = "2016-02-03 12:00:00.123 4321 INFO nova.compute.manager [req-1f6c0e6b admin demo] VM Started (Lifecycle Event)", {}, {}
for i = 1, 10 do t[i] = "word" .. i end
local function f(d) return "<" .. d .. ">" end
`

// BenchmarkLibrary runs statements in a loop, with its cost, and shows C Lua's time as c-ns/op.
func BenchmarkLibrary(b *testing.B) {
	const rounds = 1000
	for _, bm := range benchmarks {
		b.Run(bm.name, func(b *testing.B) {
			m := newMachine(b, Options{})
			fn, err := m.Load("bench", fmt.Appendf(nil, "%s for i = 1, %d do %s end", benchmarkSetup, rounds, bm.statement))
			if err != nil {
				b.Fatal(err)
			}
			b.ReportAllocs()
			for i := 0; i < b.N; i += rounds {
				m.SetBudget(0)
				if err := m.Call(fn, nil); err != nil {
					b.Fatal(err)
				}
			}
			b.StopTimer()
			if ns, ok := inC(b, bm.statement); ok {
				b.ReportMetric(ns, "c-ns/op")
			}
		})
	}
}

// inC is a statement's time in C Lua, in ns.
func inC(b *testing.B, statement string) (ns float64, ok bool) {
	path, err := exec.LookPath("lua5.1")
	if err != nil {
		return 0, false
	}
	out, err := exec.Command(path, "-e", benchmarkSetup+`
local best, n = 1e9, 20000
for round = 1, 5 do
  local start = os.clock()
  for i = 1, n do `+statement+` end
  best = math.min(best, os.clock() - start)
end
print(best / n * 1e9)`).Output()
	if err != nil {
		b.Fatal(err)
	}
	if ns, err = strconv.ParseFloat(strings.TrimSpace(string(out)), 64); err != nil {
		b.Fatal(err)
	}
	return ns, true
}
