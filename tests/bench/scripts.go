package main

import (
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
	fail := func(err error) error {
		_, err = c.kill(err)
		return err
	}
	last := fmt.Sprintf("errors_%d", idleSandboxes-1)
	err = waitFor(20*time.Second, "the last sandbox", func() bool {
		calls, err := c.counter(last, "lua_calls")
		return err == nil && calls > 0 // it has ticked
	})
	if err != nil {
		return fail(err)
	}
	time.Sleep(settleTime)
	before, _, err := c.usage()
	if err != nil {
		return fail(err)
	}
	time.Sleep(watchTime)
	after, rss, err := c.usage()
	if err != nil {
		return fail(err)
	}
	m, err := c.stop(0)
	if err != nil {
		return err
	}
	fmt.Printf("%-11s %7.2f %%  %8s %12s %6.1f MiB  %d idle sandboxes, the peak (steady %.1f MiB; limit: 60 MiB)\n", "sandboxes",
		100*float64(after-before)/float64(watchTime), "-", "-", float64(m.rss)/(1<<20), idleSandboxes, float64(rss)/(1<<20))
	return nil
}
