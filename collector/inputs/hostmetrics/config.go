// Package hostmetrics is the HostMetricsInput: this machine's processors, load, memory, swap,
// filesystems, disks, network and processes, under the names, fields and tags that the LMA
// collector gave to what collectd measured.
package hostmetrics

import (
	"errors"
	"regexp"
	"slices"
	"strings"
	"time"

	"lma_collector/collector/plugin"
)

// Config are the options of a HostMetricsInput section. The metrics are taken every ticker_interval,
// 10 s unless it says otherwise; rates are means over that time.
type Config struct {
	// Sources are what is measured. Default all: "cpu", "load", "memory", "swap", "filesystems",
	// "disks", "network", "processes".
	Sources []string `toml:"sources"`
	// Hostname of the metrics. Default: this host's name.
	Hostname string `toml:"hostname"`
	// FilesystemTypes are the types of filesystems that are measured, and the root whatever its type.
	// Default: those on disks, and tmpfs.
	FilesystemTypes []string `toml:"filesystem_types"`
	// IgnoreFilesystems is a regular expression of mount points to leave out. Default: those of the
	// system's own, of containers and of snaps.
	IgnoreFilesystems string `toml:"ignore_filesystems"`
	// FilesystemTimeout is how long a filesystem may take to answer, in ms. Default 2000.
	FilesystemTimeout time.Duration `toml:"filesystem_timeout" unit:"ms"`
	// IgnoreDisks is a regular expression of block devices to leave out; partitions always are.
	// Default: loop, RAM and optical devices.
	IgnoreDisks string `toml:"ignore_disks"`
	// IgnoreInterfaces is a regular expression of network interfaces to leave out. Default: lo and the
	// ends of virtual machines' and containers' cables.
	IgnoreInterfaces string `toml:"ignore_interfaces"`
}

var (
	_ plugin.InputConfig    = (*Config)(nil)
	_ plugin.InputDefaulter = (*Config)(nil)
	_ plugin.Checker        = (*Config)(nil)
)

const defaultInterval = 10 // s

func init() {
	plugin.RegisterInput("HostMetricsInput", func() plugin.InputConfig { return defaultConfig() })
}

func defaultConfig() *Config {
	return &Config{
		Sources:           slices.Clone(sourceNames),
		FilesystemTypes:   []string{"ext2", "ext3", "ext4", "xfs", "btrfs", "zfs", "f2fs", "jfs", "reiserfs", "bcachefs", "tmpfs"},
		IgnoreFilesystems: `^/(dev|proc|sys|run|snap)($|/)|^/var/lib/(containerd|containers|docker|kubelet|lxcfs|snapd)/`,
		FilesystemTimeout: 2 * time.Second,
		IgnoreDisks:       `^(loop|ram|zram|nbd|sr|fd)\d+$`,
		IgnoreInterfaces:  `^(lo$|veth|tap|vnet|qvo|qvb|qbr|cali|lxc|ifb|dummy)`,
	}
}

// InputDefaults sets the interval.
func (c *Config) InputDefaults(o *plugin.InputOptions) { o.TickerInterval = defaultInterval }

// NewInput checks the options.
func (c *Config) NewInput(env *plugin.Env) (plugin.Input, error) {
	var errs []error
	bad := func(option, format string, args ...any) {
		errs = append(errs, plugin.BadOption(option, format, args...))
	}
	for _, s := range c.Sources {
		if !slices.Contains(sourceNames, s) {
			bad("sources", "%q is unknown; it is one of %s", s, strings.Join(sourceNames, ", "))
		}
	}
	if len(c.Sources) == 0 {
		bad("sources", "is empty, so nothing would be measured")
	}
	if c.FilesystemTimeout <= 0 {
		bad("filesystem_timeout", "must be more than 0")
	}
	if env.TickerInterval <= 0 {
		bad("ticker_interval", "must be at least 1")
	}
	in := &Input{config: *c, env: env}
	for _, p := range []struct {
		option, text string
		to           **regexp.Regexp
	}{
		{"ignore_filesystems", c.IgnoreFilesystems, &in.ignoreFilesystems},
		{"ignore_disks", c.IgnoreDisks, &in.ignoreDisks},
		{"ignore_interfaces", c.IgnoreInterfaces, &in.ignoreInterfaces},
	} {
		var err error
		if *p.to, err = ignoring(p.text); err != nil {
			bad(p.option, "%s", err)
		}
	}
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	in.prepare()
	return in, nil
}

// ignoring compiles what is left out; an empty text leaves out nothing.
func ignoring(text string) (*regexp.Regexp, error) {
	if text == "" {
		text = `^\b$` // matches no name
	}
	return regexp.Compile(text)
}
