package hostmetrics

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"time"

	"lma_collector/collector/plugin"
)

// Input is the plugin.
type Input struct {
	config Config
	env    *plugin.Env

	ignoreFilesystems, ignoreDisks, ignoreInterfaces *regexp.Regexp

	sources []source
	report  report
}

var (
	_ plugin.Input     = (*Input)(nil)
	_ plugin.OnceInput = (*Input)(nil)
)

// source is one thing that is measured.
type source struct {
	name    string
	measure func(ctx context.Context, r *report) error
}

// sourceNames are all sources, in the order in which they are measured.
var sourceNames = []string{"cpu", "load", "memory", "swap", "filesystems", "disks", "network", "processes"}

// Folders of the kernel's files.
const (
	procFolder = "/proc"
	sysFolder  = "/sys"
)

func (in *Input) prepare() {
	fs := &filesystems{types: in.config.FilesystemTypes, ignore: in.ignoreFilesystems, timeout: in.config.FilesystemTimeout, health: in.env.Health}
	fs.system()
	all := map[string]func(context.Context, *report) error{
		"cpu":         measureCPU,
		"load":        measureLoad,
		"memory":      measureMemory,
		"swap":        measureSwap,
		"filesystems": fs.measure,
		"disks":       (&disks{ignore: in.ignoreDisks, sys: sysFolder}).measure,
		"network":     (&network{ignore: in.ignoreInterfaces, sys: sysFolder}).measure,
		"processes":   (&processes{proc: procFolder}).measure,
	}
	for _, name := range sourceNames {
		if slices.Contains(in.config.Sources, name) {
			in.sources = append(in.sources, source{name, all[name]})
		}
	}
	hostname := in.config.Hostname
	if hostname == "" {
		hostname = in.env.Hostname
	}
	in.report = report{env: in.env, hostname: hostname, interval: in.env.TickerInterval}
}

// ReadsOnce says that the input can measure once and end.
func (in *Input) ReadsOnce() {}

// firstRate is how long after its start the input measures for the second time, which gives the
// first rates: an operator who looks at the page then sees everything.
const firstRate = time.Second

// Run measures at once, again after a second, and then every interval.
func (in *Input) Run(ctx context.Context, host plugin.InputHost) error {
	src, err := host.NewSource("")
	if err != nil {
		return err
	}
	defer src.Close()
	timer := time.NewTimer(0)
	defer timer.Stop()
	for round := 0; ; round++ {
		select {
		case <-ctx.Done():
			return nil
		case <-timer.C:
		}
		started := time.Now()
		in.measure(ctx, src, started)
		if err := src.Flush(ctx, nil); err != nil {
			if ctx.Err() != nil {
				return nil
			}
			return err
		}
		switch {
		case round == 0:
			timer.Reset(min(firstRate, in.env.TickerInterval))
		case in.env.Once:
			return nil
		default:
			timer.Reset(max(in.env.TickerInterval-time.Since(started), 0))
		}
	}
}

// measure takes all sources. One that cannot be read is a condition of its own and does not keep the
// others from being measured.
func (in *Input) measure(ctx context.Context, src plugin.Source, now time.Time) {
	in.report.begin(src, now)
	for _, s := range in.sources {
		if err := s.measure(ctx, &in.report); err != nil && ctx.Err() == nil {
			in.env.Health.Set(s.name, fmt.Sprintf("cannot measure %s: %v", s.name, err))
		} else {
			in.env.Health.Clear(s.name)
		}
	}
	in.report.end()
}
