package main

import (
	"fmt"
	"os"
	"path/filepath"
	"time"
)

// How long an idle collector settles and is then watched. HostMetricsInput of conf.d ticks meanwhile.
const (
	settleTime = 10 * time.Second
	watchTime  = 30 * time.Second
)

// idle runs the shipped configuration with a hundred more files to which nothing is written.
func idle(b *bench) error {
	logs := filepath.Join(b.dir, "quiet")
	if err := os.MkdirAll(logs, 0o755); err != nil {
		return err
	}
	for i := range 100 {
		line := "2026-11-20 07:18:44.123 1 INFO nova.service [-] started\n"
		if err := os.WriteFile(filepath.Join(logs, fmt.Sprintf("service%d.log", i)), []byte(line), 0o600); err != nil {
			return err
		}
	}
	b.shipped = "*.toml"
	defer func() { b.shipped = "" }()
	c, err := b.start(fmt.Sprintf("[quiet_logstreamer]\ntype = \"LogstreamerInput\"\nlog_directory = %q\nfile_match = '(?P<Service>.+)\\.log'\ndifferentiator = [\"quiet_\", \"Service\"]\ndecoder = \"OpenStackLogDecoder\"\n", logs))
	if err != nil {
		return err
	}
	cpu, rss, _, err := c.watch()
	if err != nil {
		_, err = c.kill(err)
		return err
	}
	if _, err := c.stop(0); err != nil {
		return err
	}
	fmt.Printf("%-11s %7.2f %%  %8s %12s %6.1f MiB  %s (limits: 0.5 %% of a core, 30 MiB)\n", "idle",
		100*cpu, "0.5 %", "-", float64(rss)/(1<<20), "idle with the shipped conf.d and 100 quiet files")
	return nil
}
