package afd

import (
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"lma_collector/collector/message"
	"lma_collector/collector/plugin"
)

// fiftyAlarms is a catalogue of 50 alarms over 25 metrics: a critical and a warning one for each, in 25 watches.
func fiftyAlarms(tb testing.TB) string {
	tb.Helper()
	var b strings.Builder
	b.WriteString("[[policy]]\nname = \"p\"\n  [[policy.when]]\n  status = \"okay\"\n")
	var members []string
	functions := []string{"avg", "min", "max", "last"}
	for i := range 25 {
		for j, severity := range []string{"critical", "warning"} {
			fmt.Fprintf(&b, "[[alarm]]\nname = \"a%d-%s\"\ndescription = \"metric %d is high\"\nseverity = %q\n"+
				"  [[alarm.rule]]\n  metric = \"metric_%d\"\n  fields = { device = \"sda\" }\n  function = %q\n  window = %d\n  relational_operator = \">\"\n  threshold = %d\n",
				i, severity, i, severity, i, functions[(i+j)%4], 60+60*j, 100-j*10)
		}
		member := fmt.Sprintf("m%d", i)
		members = append(members, fmt.Sprintf("%q", member))
		fmt.Fprintf(&b, "[[watch]]\ntype = \"node\"\ncluster = \"c\"\nmember = %q\nroles = [\"r\"]\nalarms = [\"a%d-critical\", \"a%d-warning\"]\n", member, i, i)
	}
	fmt.Fprintf(&b, "[[cluster]]\nlevel = \"node\"\nname = \"c\"\npolicy = \"p\"\nmembers = [%s]\n", strings.Join(members, ", "))
	dir := tb.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "fifty.toml"), []byte(b.String()), 0o600); err != nil {
		tb.Fatal(err)
	}
	return dir
}

func newBench(tb testing.TB) (plugin.Filter, *int) {
	tb.Helper()
	share, err := filepath.Abs("../../..")
	if err != nil {
		tb.Fatal(err)
	}
	made := new(int)
	var buf []byte
	c := defaultConfig()
	c.AlarmsDirectory, c.Roles = fiftyAlarms(tb), []string{"r"}
	f, err := c.NewFilter(&plugin.Env{
		Name: "afd_filter", Hostname: "ctl1", ShareDir: share, BaseDir: tb.TempDir(),
		Health: &plugin.Health{}, Metrics: &plugin.Metrics{}, Inject: func(d *message.Draft) error {
			*made++
			buf = d.Encode(buf[:0])
			return nil
		},
	})
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { _ = f.(plugin.Closer).Close() })
	return f, made
}

func datapoint(i int, ns int64, value float64) []byte {
	var d message.Draft
	d.SetTimestamp(ns)
	d.Type, d.Logger, d.Hostname = "metric", "collectd", "ctl1"
	d.AddString("name", fmt.Sprintf("metric_%d", i%25))
	d.AddString("device", "sda")
	d.AddString("hostname", "ctl1")
	d.AddFloat("value", "", value)
	return d.Encode(nil)
}

// BenchmarkDatapoint is the price of a datapoint that two rules want, ticks included: each of the 25
// metrics has perTick points in the 10 s between two ticks. With one every point bears the whole cost of two alarms
// and a status message.
func BenchmarkDatapoint(b *testing.B) {
	for _, perTick := range []int{1, 10, 100} {
		b.Run(fmt.Sprintf("points_per_tick_%d", perTick), func(b *testing.B) { benchDatapoints(b, 25*perTick) })
	}
}

func benchDatapoints(b *testing.B, perTick int) {
	f, made := newBench(b)
	now, n := time.Date(2026, 11, 20, 7, 0, 0, 0, time.UTC), 0
	raws := make([][]byte, perTick)
	for i := range raws {
		raws[i] = datapoint(i, now.UnixNano(), float64(i%50))
	}
	step := 10 * time.Second / time.Duration(perTick)
	cpu := processTime(b)
	b.ReportAllocs()
	b.ResetTimer()
	for b.Loop() {
		now = now.Add(step)
		raw := raws[n%perTick]
		binary.PutUvarint(raw[1:], uint64(now.UnixNano())) // the timestamp comes first and has 9 bytes
		m, err := message.Index(raw)
		if err != nil {
			b.Fatal(err)
		}
		if err := f.Process(&m); err != nil {
			b.Fatal(err)
		}
		if n++; n%perTick == 0 {
			if err := f.Tick(now); err != nil {
				b.Fatal(err)
			}
		}
	}
	b.ReportMetric(float64(processTime(b)-cpu)/float64(b.N), "cpu-ns/op")
	b.ReportMetric(float64(*made)/float64(b.N), "messages/op")
}

// processTime is the processor time of this process: other work on the machine does not count.
func processTime(b *testing.B) time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
