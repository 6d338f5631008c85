package luapattern

import (
	"fmt"
	"os/exec"
	"strconv"
	"strings"
	"testing"

	"github.com/yuin/gopher-lua/pm"
)

// noMeter charges nobody.
type noMeter struct{}

func (noMeter) Spend(int) {}

const logLine = `2016-02-03 12:00:00.123 4321 INFO nova.compute.manager [req-1f6c0e6b-2b0f-4d5c-b0d6-6e0f6e3f4a52 admin demo] [instance: 8d7a] VM Started (Lifecycle Event)`

var benchmarks = []struct{ name, subject, pattern string }{
	{"find", logLine, "%[req%-"},
	{"words", "key=value; other=thing", "(%w+)=(%w+)"},
	{"header", logLine, "^(%d+)-(%d+)-(%d+) (%d+):(%d+):([%d.]+) (%d+) (%u+) (%S+) %[(.-)%] (.*)$"},
	{"late", logLine, "(%w+) %((.-)%)$"},
	{"trim", "   some text with blanks around it   ", "^%s*(.-)%s*$"},
	{"backtrack", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaac", ".*b"},
	{"balance", "f(a, (b + c) * g(d), e) + 1", "%b()"},
	{"balance-json", `{"alarms":[{"severity":"WARN","function":"avg","metric":"cpu_idle","fields":{},"value":12.5,"threshold":5}],"n":1}`, "%b{}"},
}

// BenchmarkMatch compares with gopher-lua's matcher and with C Lua's, for which it shows ns/op under
// the name c-ns/op.
func BenchmarkMatch(b *testing.B) {
	for _, bm := range benchmarks {
		body, anchored := strings.CutPrefix(bm.pattern, "^")
		p := Compile(body)
		var m Matcher
		b.Run(bm.name+"/ours", func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				m.Start(noMeter{})
				if anchored {
					m.Match(p, bm.subject, 0)
				} else {
					m.Search(p, bm.subject, 0)
				}
				m.Settle()
			}
		})
		b.Run(bm.name+"/stock", func(b *testing.B) {
			b.ReportAllocs()
			subject := []byte(bm.subject)
			for b.Loop() {
				if _, err := pm.Find(bm.pattern, subject, 0, 1); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run(bm.name+"/c", func(b *testing.B) {
			b.ReportMetric(0, "ns/op")
			b.ReportMetric(inC(b, bm.subject, bm.pattern), "c-ns/op")
		})
	}
}

// inC is the time of string.find in C Lua, without its loop, in ns.
func inC(b *testing.B, subject, pattern string) float64 {
	path, err := exec.LookPath("lua5.1")
	if err != nil {
		b.Skip("lua5.1 is not installed")
	}
	out, err := exec.Command(path, "-e", fmt.Sprintf(`
local find, s, p, n = string.find, %q, %q, 100000
local function time(s, p, plain)
  local best = 1e9
  for round = 1, 5 do
    local start = os.clock()
    for i = 1, n do find(s, p, 1, plain) end
    best = math.min(best, os.clock() - start)
  end
  return best
end
print((time(s, p) - time("", "", true)) / n * 1e9)`, subject, pattern)).Output()
	if err != nil {
		b.Fatal(err)
	}
	ns, err := strconv.ParseFloat(strings.TrimSpace(string(out)), 64)
	if err != nil {
		b.Fatal(err)
	}
	return ns
}
