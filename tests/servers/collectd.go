package servers

import (
	"fmt"
	"os"
	"strings"
	"testing"
)

const collectdTypes = "/usr/share/collectd/types.db"

// Collectd reads this machine every second and posts what it read as JSON, every
// second and whenever 64 KiB are full.
type Collectd struct {
	*Daemon
	// Hostname is the host of every value it posts.
	Hostname string
	// LogPath is the log of its logfile plugin.
	LogPath string
}

// StartCollectd starts collectd with write_http posting to url. A plugin is
// given by its name ("load"), or, when it needs options, as configuration text
// ("<Plugin df>…</Plugin>" with its LoadPlugin).
func StartCollectd(t testing.TB, url string, plugins ...string) *Collectd {
	t.Helper()
	Require(t, "collectd")
	d := newDaemon(t, "collectd", account{})
	c := &Collectd{Daemon: d, Hostname: "node-1.test.local", LogPath: d.path("collectd.log")}
	d.logs = []string{c.LogPath}
	conf := d.write("collectd.conf", c.config(url, plugins))
	d.args = []string{program("collectd"), "-f", "-C", conf}
	d.ready = c.initialized
	d.Start()
	return c
}

func (c *Collectd) config(url string, plugins []string) string {
	var b strings.Builder
	fmt.Fprintf(&b, `Hostname %q
FQDNLookup false
BaseDir %q
PIDFile %q
PluginDir "/usr/lib/collectd"
TypesDB %q
Interval 1
ReadThreads 2
LoadPlugin logfile
<Plugin logfile>
  LogLevel info
  File %q
  Timestamp true
  PrintSeverity true
</Plugin>
<LoadPlugin write_http>
  FlushInterval 1
</LoadPlugin>
<Plugin write_http>
  <Node "lma">
    URL %q
    Format "JSON"
    StoreRates true
    Notifications true
    Metrics true
    BufferSize 65536
    Timeout 3000
  </Node>
</Plugin>
`, c.Hostname, c.Dir, c.path("pid"), collectdTypes, c.LogPath, url)
	for _, p := range plugins {
		if strings.ContainsAny(p, " \n") {
			b.WriteString(p + "\n")
		} else {
			fmt.Fprintf(&b, "LoadPlugin %s\n", p)
		}
	}
	return b.String()
}

// initialized reports nil once this start of collectd has read its plugins.
func (c *Collectd) initialized() error {
	data, err := os.ReadFile(c.LogPath)
	if err != nil {
		return err
	}
	text := string(data)
	if strings.LastIndex(text, "entering read-loop") <= strings.LastIndex(text, "Exiting normally") {
		return fmt.Errorf("%s: no line \"entering read-loop\"", c.LogPath)
	}
	return nil
}
