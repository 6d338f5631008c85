package main

import (
	"fmt"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
)

// engineRow compares a Go benchmark of what scripts run on with a reference.
type engineRow struct {
	name       string
	ours, less result // less is the cost of the loop around it, which is taken off
	reference  result
	by         string  // who the reference is
	most       float64 // limit in ns, 0 for none
	times      float64 // limit as a multiple of the reference, 0 for none
	allocs     int     // limit, 0 for none
}

// result is a number of a benchmark.
type result struct{ benchmark, unit string }

func ns(benchmark string) result { return result{benchmark, "ns/op"} }

// enginePackages are the benchmarks of each package that the rows need.
var enginePackages = [][2]string{
	{"./collector/lpeg", "^BenchmarkMatch$/^oslo$"},
	{"./collector/sandbox", "^Benchmark(EmptyLoop|ReadMessageHeader|CounterFilter)$"},
	{"./collector/sandbox/modules/cjson", "^Benchmark(Decode|C)$"},
	{"./collector/sandbox/luapattern", "^BenchmarkMatch$/^(words|header|trim)$"},
	{"./tests/lua", "^BenchmarkScripts$"},
}

func engineRows() []engineRow {
	rows := []engineRow{
		{name: "oslo header, collector/lpeg alone", ours: ns("Match/oslo"), most: 1200, allocs: 2},
		{name: "read_message of a header", ours: ns("ReadMessageHeader"), less: ns("EmptyLoop"), most: 150},
		{name: "filter that counts, alone", ours: ns("CounterFilter"), most: 600},
		{name: "cjson.decode of 120 bytes", ours: ns("Decode"), reference: result{"C", "ns/decode"}, by: "lua5.1", times: 2.5},
	}
	for _, p := range []string{"words", "header", "trim"} {
		rows = append(rows,
			engineRow{name: "Lua pattern: " + p, ours: ns("Match/" + p + "/ours"), reference: result{"Match/" + p + "/c", "c-ns/op"}, by: "lua5.1", times: 4},
			engineRow{name: "", ours: ns("Match/" + p + "/ours"), reference: ns("Match/" + p + "/stock"), by: "gopher-lua", times: 0.2})
	}
	for _, s := range []struct {
		name, what string
		times      float64
		allocs     int
	}{
		{"oslo", "oslo header, lpeg in Lua", 0, 8}, // two, and one for each of the table and five texts
		{"rsyslog", "rsyslog's grammar, lpeg in Lua", 2.5, 0},
		{"nginx", "nginx's grammar, lpeg in Lua", 2.5, 0},
		{"decoder", "OpenStack decoder, script alone", 0, 0},
	} {
		rows = append(rows,
			engineRow{name: s.what, ours: ns("Scripts/" + s.name + "/ours"), reference: ns("Scripts/" + s.name + "/lua5.1"), by: "lua5.1", times: s.times, allocs: s.allocs},
			engineRow{name: "", ours: ns("Scripts/" + s.name + "/ours"), reference: ns("Scripts/" + s.name + "/luajit"), by: "luajit"})
	}
	return rows
}

// engines prints the table of engineRows: of each benchmark the least time of all runs.
func engines(b *bench) error {
	found := measured{}
	for _, p := range enginePackages {
		cmd := exec.Command("go", "test", "-run", "^$", "-bench", p[1], "-benchmem", "-benchtime", "0.3s", "-count", strconv.Itoa(b.runs), p[0])
		cmd.Dir = b.root
		out, err := cmd.CombinedOutput()
		if err != nil {
			return fmt.Errorf("%s: %w\n%s", p[0], err, out)
		}
		found.read(string(out))
	}
	fmt.Printf("\n%-36s %10s %8s %22s %8s  %s\n", "engine, the least of all runs", "ns", "allocs", "reference, ns", "times", "limit")
	for _, row := range engineRows() {
		if err := found.print(row); err != nil {
			return err
		}
	}
	return nil
}

// measured are the least numbers of each benchmark.
type measured map[result]float64

// engineLine is a result of `go test -bench`: its name, then pairs of a number and its unit.
var engineLine = regexp.MustCompile(`(?m)^Benchmark(\S+?)(?:-\d+)?\s+\d+\s+(.*)$`)

func (m measured) read(out string) {
	for _, line := range engineLine.FindAllStringSubmatch(out, -1) {
		pairs := strings.Fields(line[2])
		for i := 0; i+1 < len(pairs); i += 2 {
			v, err := strconv.ParseFloat(pairs[i], 64)
			key := result{line[1], pairs[i+1]}
			if old, seen := m[key]; err == nil && (!seen || v < old) {
				m[key] = v
			}
		}
	}
}

func (m measured) print(row engineRow) error {
	v, ok := m[row.ours]
	if !ok {
		return fmt.Errorf("no result of %s", row.ours.benchmark)
	}
	v -= m[row.less]
	reference, times := "-", "-"
	if row.by != "" {
		reference = row.by + " is not installed"
	}
	if r := m[row.reference]; r > 0 {
		reference, times = fmt.Sprintf("%s %.0f", row.by, r), fmt.Sprintf("%.2f", v/r)
	}
	var limits []string
	if row.most > 0 {
		limits = append(limits, fmt.Sprintf("%.0f ns", row.most))
	}
	if row.times > 0 {
		limits = append(limits, fmt.Sprintf("%.1f times", row.times))
	}
	if row.allocs > 0 {
		limits = append(limits, fmt.Sprintf("%d allocations", row.allocs))
	}
	allocs := fmt.Sprintf("%.0f", m[result{row.ours.benchmark, "allocs/op"}])
	fmt.Printf("%-36s %10.0f %8s %22s %8s  %s\n", row.name, v, allocs, reference, times, strings.Join(limits, ", "))
	return nil
}
