package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"lma_collector/collector/message"
)

// The alarms of the benchmark: each metric is watched by a critical and a warning alarm, whose
// windows differ, so that each datapoint goes into two.
const (
	afdAlarms  = 50
	afdMetrics = afdAlarms / 2
)

// afdDefinitions writes a directory of alarms, in watches of ten.
func afdDefinitions(dir string) error {
	var text strings.Builder
	for i := range afdAlarms {
		severity, threshold, window := "critical", 5, 60
		if i%2 == 1 {
			severity, threshold, window = "warning", 10, 120
		}
		fmt.Fprintf(&text, "[[alarm]]\nname = \"alarm-%d\"\ndescription = \"Metric %d is low\"\nseverity = %q\n[[alarm.rule]]\nmetric = \"metric_%d\"\nfunction = \"avg\"\nwindow = %d\nrelational_operator = \"<\"\nthreshold = %d\n",
			i, i/2, severity, i/2, window, threshold)
	}
	for w := range afdAlarms / 10 {
		fmt.Fprintf(&text, "[[watch]]\ntype = \"node\"\ncluster = \"nodes\"\nmember = \"member-%d\"\nroles = [\"bench\"]\nalarms = [", w)
		for i := range 10 {
			fmt.Fprintf(&text, "\"alarm-%d\", ", 10*w+i)
		}
		text.WriteString("]\n")
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, "alarms.toml"), []byte(text.String()), 0o600)
}

// datapoint is one framed metric of a host.
func datapoint(metric int, at time.Time, value float64) []byte {
	d := message.Draft{Type: "metric", Logger: "collectd", Hostname: "node-1"}
	d.SetUUID([16]byte{byte(metric)})
	d.SetTimestamp(at.UnixNano())
	d.SetSeverity(6)
	d.AddString("name", fmt.Sprintf("metric_%d", metric))
	d.AddFloat("value", "", value)
	d.AddString("source", "bench")
	d.AddString("type", "gauge")
	d.AddString("hostname", "node-1")
	d.AddStrings("tag_fields", []string{"hostname"})
	return message.AppendFrame(nil, d.Encode(nil))
}

// afdDatapoints: TcpInput, AFDFilter; the end is seen by the filter's counter.
func afdDatapoints(b *bench) (measure, error) {
	alarms := filepath.Join(b.dir, "alarms")
	if err := afdDefinitions(alarms); err != nil {
		return measure{}, err
	}
	in := freeAddress()
	c, err := b.start(fmt.Sprintf(`
[metrics_tcpinput]
type = "TcpInput"
address = %q
[bench_afd_filter]
type = "AFDFilter"
alarms_directory = %q
roles = ["bench"]
ticker_interval = 1
`, in, alarms))
	if err != nil {
		return measure{}, err
	}
	n := b.n(400_000)
	// Every metric has a datapoint each 10 ms; the last ones are of now.
	start := time.Now().Add(-time.Duration(n/afdMetrics) * 10 * time.Millisecond)
	frames := make([][]byte, 0, n)
	for i := range n {
		at := start.Add(time.Duration(i/afdMetrics) * 10 * time.Millisecond)
		frames = append(frames, datapoint(i%afdMetrics, at, float64(20+i%7)))
	}
	// The first points find all plugins running.
	if err := sendMany(in, frames[:afdMetrics], afdMetrics); err != nil {
		return c.kill(err)
	}
	err = c.processed("bench_afd_filter", afdMetrics)
	if err == nil {
		err = c.settle()
	}
	if err == nil {
		err = sendMany(in, frames, n)
	}
	if err == nil {
		err = c.processed("bench_afd_filter", afdMetrics+n)
	}
	if err != nil {
		return c.kill(err)
	}
	return c.stop(n)
}

// processed waits until a filter has processed so many messages.
func (c *child) processed(section string, want int) error {
	seen := int64(0)
	err := waitFor(2*time.Minute, "the last datapoint", func() bool {
		v, err := c.counter(section, "processed")
		seen = v
		return err == nil && v >= int64(want)
	})
	if err != nil {
		return fmt.Errorf("%w: %d of %d", err, seen, want)
	}
	return nil
}
