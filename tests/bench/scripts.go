package main

import (
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"time"
)

func (b *bench) script(name string) string {
	return filepath.Join(b.root, "tests/bench/testdata", name)
}

// counterFilter is what a filter in Lua that counts all messages costs a relay: its queue and the change of
// goroutines, too.
func counterFilter(b *bench) error {
	row := extraRow{
		name: "counter", item: "message counted by a filter in Lua, more than without", limit: 0.6, filter: "bench_counter",
		sections: fmt.Sprintf("[bench_counter]\ntype = \"SandboxFilter\"\nfilename = %q\nmessage_matcher = \"Type == 'metric'\"\nticker_interval = 60\n", b.script("counter.lua")),
	}
	return row.measure(b)
}

const idleSandboxes = 500

// sandboxes is the memory of many filters that get no messages but tick. The shipped filters run, too.
func sandboxes(b *bench) error {
	var sections strings.Builder
	for i := range idleSandboxes {
		fmt.Fprintf(&sections, "[errors_%d]\ntype = \"SandboxFilter\"\nfilename = %q\nmessage_matcher = \"Type == 'log' && Logger == 'service%d'\"\nticker_interval = 10\n[errors_%d.config]\nsource = \"errors_%d\"\n",
			i, b.script("errors.lua"), i, i, i)
	}
	c, err := b.start(sections.String())
	if err != nil {
		return err
	}
	cpu, rss, peak, err := c.watch()
	if err == nil {
		busy, asked := c.counter(fmt.Sprintf("errors_%d", idleSandboxes-1), "busy_ns")
		if err = asked; err == nil && busy == 0 {
			err = errors.New("the last sandbox has not ticked")
		}
	}
	if err != nil {
		_, err = c.kill(err)
		return err
	}
	if _, err := c.stop(0); err != nil {
		return err
	}
	fmt.Printf("%-11s %7.2f %%  %8s %12s %6.1f MiB  %d idle sandboxes, the peak (in the end %.1f MiB; limit: 60 MiB)\n", "sandboxes",
		100*cpu, "-", "-", float64(peak)/(1<<20), idleSandboxes, float64(rss)/(1<<20))
	return nil
}

// watch lets an idle collector settle and gives its share of a processor for a while, and its resident size in the
// end and at most, in bytes.
func (c *child) watch() (cpu float64, rss, peak int64, err error) {
	time.Sleep(settleTime)
	before, _, err := c.usage()
	if err != nil {
		return 0, 0, 0, err
	}
	time.Sleep(watchTime)
	after, rss, err := c.usage()
	if err != nil {
		return 0, 0, 0, err
	}
	peak, err = c.peak()
	return float64(after-before) / float64(watchTime), rss, peak, err
}
