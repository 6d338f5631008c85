package nagios

import (
	"errors"
	"flag"
	"io"
	"os"
	"strings"
	"testing"
	"time"
)

var update = flag.Bool("update", false, "rewrite the expected files in testdata")

var sampleObjects = []Object{
	{"node-1", "controller.cpu", "CPU of the controllers; see $HOME$ \\ docs"},
	{"node-1", "controller.cpu", "the later of two"},
	{"node-1", "mysql.check", ""},
	{"00-global-clusters-env7", "global-nova", "Nova\nas a whole"},
	{"node'2", "a;b|c", ""},
	{"", "nobody's", ""},
}

func sampleOptions() ObjectOptions {
	o := defaultConfig().ObjectOptions("node-1", "node-3")
	o.Addresses = map[string]string{"node-3": "192.0.2.3"}
	return o
}

func TestWriteObjects(t *testing.T) {
	var b strings.Builder
	if err := WriteObjects(&b, sampleObjects, sampleOptions()); err != nil {
		t.Fatal(err)
	}
	const file = "testdata/objects.cfg"
	if *update {
		if err := os.WriteFile(file, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if b.String() != string(want) {
		t.Errorf("got\n%s\nwant what %s holds (-update rewrites it)", b.String(), file)
	}
}

// What a service is called in definitions is what its results are for.
func TestObjectsHaveTheNamesOfResults(t *testing.T) {
	n, err := defaultConfig().Names(nil)
	if err != nil {
		t.Fatal(err)
	}
	host, service, err := n.For(Status{Level: NodeCheck, Cluster: "a;b", Member: "c|'d'", Hostname: "node 1"})
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	if err := WriteObjects(&b, []Object{{Host: "node 1", Service: "a;b.c|'d'"}}, ObjectOptions{}); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"host_name               " + host + "\n", "service_description     " + service + "\n"} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("no %q in\n%s", want, b.String())
		}
	}
}

func TestObjectOptions(t *testing.T) {
	c := defaultConfig()
	c.RefreshInterval, c.HeartbeatInterval, c.HeartbeatHost = 10*time.Second, 20*time.Second, "monitor"
	o := c.ObjectOptions("node-1")
	if o.Freshness != time.Minute || o.HeartbeatFreshness != time.Minute || o.HeartbeatHosts[0] != "monitor" {
		t.Errorf("%+v", o)
	}
	c.HeartbeatService = ""
	if o := c.ObjectOptions("node-1"); o.HeartbeatService != "" || o.HeartbeatHosts != nil {
		t.Errorf("%+v", o)
	}
}

type fullDisk struct{}

func (fullDisk) Write([]byte) (int, error) { return 0, io.ErrShortWrite }

func TestWriteObjectsErrors(t *testing.T) {
	if err := WriteObjects(io.Discard, nil, ObjectOptions{HeartbeatService: "x"}); !errors.Is(err, ErrNoObjects) {
		t.Error(err)
	}
	if err := WriteObjects(fullDisk{}, sampleObjects, ObjectOptions{}); !errors.Is(err, io.ErrShortWrite) {
		t.Error(err)
	}
}
