package nagios

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"lma_collector/collector/plugin"
)

// script writes a program that stands in for send_nsca.
func script(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "send_nsca")
	if err := os.WriteFile(path, []byte("#!/bin/sh\n"+text), 0o700); err != nil {
		t.Fatal(err)
	}
	return path
}

func openNSCA(t *testing.T, bin string, args ...string) *output {
	t.Helper()
	c := defaultConfig()
	c.SendNSCABin, c.SendNSCAArgs, c.TruncateSize = bin, args, 30
	p, err := c.NewOutput(&plugin.Env{Hostname: "node-1", TickerInterval: 1, Health: &plugin.Health{}, Metrics: &plugin.Metrics{}})
	if err != nil {
		t.Fatal(err)
	}
	o := &output{Output: p.(*Output), clock: time.Unix(1e9, 0)}
	t.Cleanup(func() { o.Close() })
	return o
}

func TestSendNSCA(t *testing.T) {
	got := filepath.Join(t.TempDir(), "got")
	o := openNSCA(t, script(t, `{ echo "$@"; cat; } >"$2"`), "-c", got)
	same(t, "fate", o.deliver(t, o.status("cpu", 0, ""), o.status("disk", 3, lowDisk)), "ok\nok")
	b, err := os.ReadFile(got)
	if err != nil {
		t.Fatal(err)
	}
	same(t, "input", string(b), "-c "+got+"\nnode-1\tcontroller.disk\t2\tcontroller.disk CRITICAL\nnode-1\tcontroller.cpu\t0\tcontroller.cpu OKAY\n")
}

func TestSendNSCAFails(t *testing.T) {
	bin := script(t, "echo 'Error: Timeout after 10 seconds' >&2; exit 2\n")
	o := openNSCA(t, bin)
	want := "retry: " + bin + ": exit status 2: Error: Timeout after 10 seconds"
	same(t, "fate", o.deliver(t, o.status("cpu", 0, ""), o.status("disk", 3, "")), want+"\n"+want)

	o = openNSCA(t, "/nonexistent/send_nsca")
	same(t, "missing", o.deliver(t, o.status("cpu", 0, "")), "retry: /nonexistent/send_nsca: fork/exec /nonexistent/send_nsca: no such file or directory")

	bin = script(t, "exec sleep 600\n")
	o = openNSCA(t, bin)
	o.send.(*nsca).timeout = 20 * time.Millisecond
	if got := o.deliver(t, o.status("cpu", 0, "")); !strings.HasPrefix(got, "retry: "+bin+": does not end within 20ms") {
		t.Error(got)
	}
}
