package hostmetrics

import (
	"os"
	"path/filepath"
	"strings"

	"lma_collector/collector/plugin"
)

// Check warns where collectd runs on this machine: it measures the same under the same names.
func (c *Config) Check(*plugin.Env) []plugin.Finding {
	if !running(procFolder, "collectd") {
		return nil
	}
	return []plugin.Finding{{
		Class: "duplicate",
		Text:  "collectd runs on this machine: if it posts to this collector, both write the same series",
		Hint:  "remove this section or, in collectd.conf, the plugins cpu, load, memory, swap, df, disk, interface, netlink and processes",
	}}
}

// running tells whether a process of that name runs.
func running(proc, name string) bool {
	files, _ := filepath.Glob(filepath.Join(proc, "[0-9]*", "comm"))
	for _, f := range files {
		if text, err := os.ReadFile(f); err == nil && strings.TrimSuffix(string(text), "\n") == name {
			return true
		}
	}
	return false
}
