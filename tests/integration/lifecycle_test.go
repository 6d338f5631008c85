package integration

import (
	"encoding/json"
	"fmt"
	"net"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"lma_collector/tests/servers"
)

// silentServer accepts connections and never answers.
func silentServer(t *testing.T) (address string) {
	t.Helper()
	l, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", servers.Port(t)))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() }) // the kernel accepts for it
	return l.Addr().String()
}

// Servers that are dead or silent at the start keep the collector neither from starting nor from
// stopping; what they did not get they get after the next start.
func TestStopsWhileAllServersAreDead(t *testing.T) {
	t.Parallel()
	store := startBulkServer(t)
	store.Pause()
	silent, closed := silentServer(t), fmt.Sprintf("127.0.0.1:%d", servers.Port(t))
	listen := fmt.Sprintf("127.0.0.1:%d", servers.Port(t))
	c := configure(t, healthSections(t, listen)+nagiosSection("http://"+silent+"/cmd.cgi", "u", "p")+fmt.Sprintf(`
[influxdb_output]
type = "InfluxDBOutput"
server = "http://%[1]s"
[tcp_output]
type = "TcpOutput"
address = %[1]q
message_matcher = "Type == 'log'"
[http_output]
type = "HttpOutput"
address = "http://%[2]s/"
encoder = "payload_encoder"
message_matcher = "Type == 'log'"
[payload_encoder]
type = "PayloadEncoder"
`, closed, silent))
	c.add(logSection(c.within("logs/nova-compute.log"), "nova_nova-compute", "OpenStackLogDecoder") + searchSection(t, store.url))
	lines := &lineWriter{c: c, name: "logs/nova-compute.log"}
	lines.more(500)
	d := postDisk(t, listen, 3)
	c.Start()
	lines.clog(t)
	c.waitComplaint("tcp_output", closed, "connection refused")
	c.waitComplaint("influxdb_output", closed, "connection refused")
	c.waitComplaint("nagios_output", silent)
	c.waitComplaint("elasticsearch_output", store.address)
	c.waitCluster("nodes", "controller", "CRITICAL")
	if d.times(3) == 0 {
		t.Error("no value has been posted")
	}
	began := time.Now()
	c.Stop()
	t.Logf("stopped within %v", time.Since(began))

	store.Resume()
	c.write("conf/test.toml", logSection(c.within("logs/nova-compute.log"), "nova_nova-compute", "OpenStackLogDecoder")+searchSection(t, store.url))
	lines.more(1)
	c.Start()
	lines.expectOnce(t, store)
}

// A second collector on the same base_dir is refused; the first one goes on.
func TestTwoCollectorsOnOneBaseDir(t *testing.T) {
	t.Parallel()
	c := novaToFile(t)
	c.appendTo("logs/nova-compute.log", novaLine("one"))
	c.Start()
	_, errText, code := c.run("run", "--config", c.conf)
	want := "lma_collector: another collector uses base_dir " + c.within("base") + " (its lock is held): stop it, or give this one a base_dir of its own\n"
	if code != 1 || !strings.HasSuffix(errText, want) {
		t.Errorf("exit code %d, %s", code, errText)
	}
	c.appendTo("logs/nova-compute.log", novaLine("two"))
	waitForDocument(t, c, "out.json", map[string]any{"Payload": "two"})
	c.Kill()
	c.Start() // a lock dies with its owner
	c.appendTo("logs/nova-compute.log", novaLine("three"))
	waitForDocument(t, c, "out.json", map[string]any{"Payload": "three"})
}

// The collector starts with hekad's command line, ends at SIGINT as at SIGTERM, reports at SIGUSR1, and survives SIGHUP.
func TestSignals(t *testing.T) {
	t.Parallel()
	c := novaToFile(t)
	c.args = []string{"-config=" + c.conf}
	c.appendTo("logs/nova-compute.log", novaLine("one")+novaLine("two"))
	c.Start()
	waitForDocument(t, c, "out.json", map[string]any{"Payload": "two"})
	if err := c.cmd.Process.Signal(syscall.SIGUSR1); err != nil {
		t.Fatal(err)
	}
	c.waitLog(`msg=report name=log_logstreamer type=LogstreamerInput state=running records=2 `)
	c.waitLog(`msg=report name=json_output type=FileOutput state=running matched=2 `)
	if err := c.cmd.Process.Signal(syscall.SIGHUP); err != nil { // as from logrotate
		t.Fatal(err)
	}
	c.waitLog("SIGHUP has no effect in this version")
	if err := os.Rename(c.within("out.json"), c.within("out.json.1")); err != nil {
		t.Fatal(err)
	}
	c.appendTo("logs/nova-compute.log", novaLine("three"))
	waitForDocument(t, c, "out.json", map[string]any{"Payload": "three"})
	if err := c.cmd.Process.Signal(syscall.SIGINT); err != nil {
		t.Fatal(err)
	}
	if err := c.cmd.Wait(); err != nil {
		t.Errorf("after SIGINT: %v", err)
	}
	c.cmd = nil
	c.waitLog("msg=stopped")
	if strings.Contains(c.log.String(), "level=ERROR") || strings.Contains(c.log.String(), "level=WARN") {
		t.Error("there are warnings")
	}
}

// A collector whose log nobody reads any more goes on.
func TestReaderOfTheLogGoesAway(t *testing.T) {
	t.Parallel()
	c := novaToFile(t)
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	c.stderr = w
	c.Start()
	w.Close()
	r.Close()
	if err := c.cmd.Process.Signal(syscall.SIGUSR1); err != nil { // makes it write
		t.Fatal(err)
	}
	c.appendTo("logs/nova-compute.log", novaLine("one"))
	waitForDocument(t, c, "out.json", map[string]any{"Payload": "one"})
	c.Stop()
}

// run --once prints what outputs would get, writes nothing, and leaves no trace for the next start.
func TestRunOnce(t *testing.T) {
	t.Parallel()
	c := novaToFile(t)
	c.appendTo("logs/nova-compute.log", novaLine("one")+novaLine("two"))
	for range 2 {
		out, errText, code := c.run("run", "--once", "--config", c.conf)
		if code != 0 || errText != "" {
			t.Fatalf("exit code %d, %s", code, errText)
		}
		var payloads []string
		for line := range strings.Lines(out) {
			var doc struct{ Payload string }
			if json.Unmarshal([]byte(line), &doc) == nil && doc.Payload != "" {
				payloads = append(payloads, doc.Payload)
			} else if !strings.HasPrefix(line, `json_output: {"create":`) {
				t.Errorf("unexpected line %q", line)
			}
		}
		if strings.Join(payloads, ",") != "[-] one,[-] two" {
			t.Errorf("payloads %q", payloads)
		}
	}
	if c.size("out.json") != 0 {
		t.Error("out.json was written")
	}
	c.Start()
	waitForDocument(t, c, "out.json", map[string]any{"Payload": "one"})
	waitForDocument(t, c, "out.json", map[string]any{"Payload": "two"})
}
