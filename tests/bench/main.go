// Command bench measures the collector end to end, as a process of its own, on generated input: CPU
// time for each item, items a second, and peak memory, as the median of several runs. Acknowledgements
// are on and all shipped filters are loaded.
//
//	go run ./tests/bench [-runs N] [-scale F] [-case REGEXP]
package main

import (
	"flag"
	"fmt"
	"os"
	"regexp"
	"runtime"
	"slices"
	"time"
)

// measure is what one run gave.
type measure struct {
	items int
	cpu   time.Duration // of the collector, user and system
	wall  time.Duration
	rss   int64 // peak resident size in bytes
}

func (m measure) perItem() float64 { return float64(m.cpu) / float64(max(m.items, 1)) / 1e3 }

// benchCase is one load. Limits are in µs of CPU time an item, 0 for none.
type benchCase struct {
	name   string
	item   string
	limit  float64
	run    func(*bench) (measure, error)
	custom func(*bench) error // prints its own lines
}

// bench is the environment of all cases.
type bench struct {
	binary string
	root   string // of the repository
	dir    string // for one case
	scale  float64
	// shipped is the pattern of the conf.d files that are loaded, "" for all filters.
	shipped string
	runs    int
	// profile is the file for a CPU profile of the last run, "" for none.
	profile string
}

func (b *bench) n(items int) int { return max(int(float64(items)*b.scale), 1) }

func cases() []benchCase {
	return []benchCase{
		{name: "oslo", item: "log line of 262 bytes: file to JSON file", limit: 2.5, run: osloNative},
		{name: "lua", item: "the same, decoded by a script: 4 matches, 10 fields", limit: 12, run: osloScript},
		{name: "lua-site", item: "the same, by a site's script: 5 matches, 13 fields", run: osloSite},
		{name: "decode", custom: decodeAlone},
		{name: "relay-700", item: "message of 700 bytes: TCP to TCP", limit: 0.8, run: relay(700)},
		{name: "relay-1024", item: "message of 1 KiB: TCP to TCP", limit: 1, run: relay(1024)},
		{name: "matchers", item: "message passing 144 AFD matchers, more than none", custom: afdMatchers},
		{name: "counter", custom: counterFilter},
		{name: "collectd", item: "value: collectd JSON to InfluxDB", limit: 2, run: collectdToInfluxDB},
		{name: "afd", item: "datapoint, 50 alarms in one sandbox", limit: 8, run: afdDatapoints},
		{name: "idle", item: "idle, 100 quiet files", custom: idle},
		{name: "sandboxes", custom: sandboxes},
		{name: "engines", custom: engines},
	}
}

func main() {
	b := &bench{}
	flag.IntVar(&b.runs, "runs", 5, "runs of each case")
	flag.Float64Var(&b.scale, "scale", 1, "size of the input, 1 being a million log lines")
	only := flag.String("case", "", "run only the cases that match this regular expression")
	flag.StringVar(&b.binary, "binary", "bin/lma_collector", "the collector")
	flag.StringVar(&b.profile, "profile", "", "file for a CPU profile of the collector's last run")
	flag.Parse()
	if err := b.all(regexp.MustCompile(*only)); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func (b *bench) all(only *regexp.Regexp) error {
	var err error
	if b.root, err = os.Getwd(); err != nil {
		return err
	}
	fmt.Printf("%d processors, %s, median of %d runs\n\n", runtime.NumCPU(), runtime.Version(), b.runs)
	fmt.Printf("%-11s %10s %8s %12s %10s  %s\n", "case", "CPU/item", "limit", "items/s", "peak RSS", "item")
	for _, c := range cases() {
		if !only.MatchString(c.name) {
			continue
		}
		if err := b.one(c); err != nil {
			return fmt.Errorf("%s: %w", c.name, err)
		}
	}
	return nil
}

// one runs a case in a folder of its own.
func (b *bench) one(c benchCase) error {
	if c.custom != nil {
		return b.inFolder(func() error { return c.custom(b) })
	}
	var all []measure
	for range b.runs {
		err := b.inFolder(func() error {
			m, err := c.run(b)
			all = append(all, m)
			return err
		})
		if err != nil {
			return err
		}
	}
	printRow(c.name, c.item, c.limit, median(all))
	return nil
}

func (b *bench) inFolder(run func() error) (err error) {
	if b.dir, err = os.MkdirTemp("", "lma-bench-"); err != nil {
		return err
	}
	defer os.RemoveAll(b.dir)
	return run()
}

func median(all []measure) measure {
	slices.SortFunc(all, func(a, b measure) int { return int(a.cpu - b.cpu) })
	return all[len(all)/2]
}

func printRow(name, item string, limit float64, m measure) {
	bound := "-"
	if limit > 0 {
		bound = fmt.Sprintf("%.1f µs", limit)
	}
	fmt.Printf("%-11s %7.2f µs %8s %12.0f %6.1f MiB  %s\n", name, m.perItem(), bound,
		float64(m.items)/m.wall.Seconds(), float64(m.rss)/(1<<20), item)
}
