package integration

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"lma_collector/tests/servers"
)

// logSection reads one log file with a decoder.
func logSection(path, logger, decoder string) string {
	return fmt.Sprintf(`
[log_logstreamer]
type = "LogstreamerInput"
log_directory = %q
file_match = '%s'
differentiator = [%q]
decoder = %q
`, filepath.Dir(path), strings.ReplaceAll(filepath.Base(path), ".", `\.`), logger, decoder)
}

// waitForDocument waits for a document that has all of the given values.
func waitForDocument(t *testing.T, c *collector, file string, want map[string]any) {
	t.Helper()
	servers.WaitFor(t, patience, fmt.Sprintf("a document with %v", want), func() error {
		docs, err := c.documents(file)
		if err != nil {
			return err
		}
		for _, d := range docs {
			if matches(d, want) {
				return nil
			}
		}
		return fmt.Errorf("none of %d documents", len(docs))
	})
}

// matches compares values; a string is looked for in the document's.
func matches(doc, want map[string]any) bool {
	for key, w := range want {
		if text, ok := w.(string); ok {
			if got, _ := doc[key].(string); !strings.Contains(got, text) {
				return false
			}
			continue
		}
		if doc[key] != w {
			return false
		}
	}
	return true
}

func TestMariaDBLog(t *testing.T) {
	t.Parallel()
	db := servers.StartMariaDB(t)
	c := configure(t, logSection(db.LogPath, "mysql", "MySQLLogDecoder"))
	c.add(c.jsonFile("out.json", "Type == 'log'"))
	c.Start()
	db.CauseWarning()
	waitForDocument(t, c, "out.json", map[string]any{"severity_label": "WARNING", "Payload": "Aborted connection", "Logger": "mysql", "Severity": 4.0, "Hostname": "ctl1"})
	db.CauseError("broken_event")
	waitForDocument(t, c, "out.json", map[string]any{"severity_label": "ERROR", "Payload": "broken_event", "Severity": 3.0})
	noDecodeFailures(t, c)
}

func TestRabbitMQLog(t *testing.T) {
	t.Parallel()
	r := servers.StartRabbitMQ(t)
	c := configure(t, logSection(r.LogPath, "rabbitmq.ctl1", "RabbitMQLogDecoder"))
	c.add(c.jsonFile("out.json", "Type == 'log'"))
	c.Start()
	waitForDocument(t, c, "out.json", map[string]any{"Payload": "Starting RabbitMQ", "Severity": 6.0, "severity_label": "INFO"})
	r.CauseError()
	waitForDocument(t, c, "out.json", map[string]any{"Severity": 3.0, "severity_label": "ERROR", "Logger": "rabbitmq.ctl1"})
	noDecodeFailures(t, c)
}

func noDecodeFailures(t *testing.T, c *collector) {
	t.Helper()
	n, err := c.counter("log_logstreamer", "decode_failures")
	if err != nil || n != 0 {
		t.Errorf("%d records could not be decoded (%v)", n, err)
	}
}

// A collector that is killed while it reads loses nothing, and stores nothing twice under one id.
func TestKillNineLosesNothing(t *testing.T) {
	t.Parallel()
	c := configure(t, "")
	c.add(logSection(c.within("logs/nova-api.log"), "nova_nova-api", "OpenStackLogDecoder"))
	c.add(c.jsonFile("out.json", "Type == 'log'"))
	const rounds, perRound = 6, 20_000
	written := 0
	more := func(n int) {
		var b strings.Builder
		for range n {
			fmt.Fprintf(&b, "2026-11-20 07:18:44.123 77 INFO nova.compute.manager [-] record %d\n", written)
			written++
		}
		c.appendTo("logs/nova-api.log", b.String())
	}
	more(perRound)
	c.Start()
	for round := range rounds {
		before := c.size("out.json")
		more(perRound)
		servers.WaitFor(t, 30*time.Second, "more output", func() error {
			if c.size("out.json") == before {
				return fmt.Errorf("still %d bytes", before)
			}
			return nil
		})
		if round < rounds-1 {
			c.Kill()
			c.Start()
		}
	}
	ids := map[string]int{}
	servers.WaitFor(t, 60*time.Second, "every record", func() error {
		clear(ids)
		if err := c.recordIDs("out.json", ids); err != nil {
			return err
		}
		if len(ids) != written {
			return fmt.Errorf("%d of %d records", len(ids), written)
		}
		return nil
	})
	if extra := len(ids) - written; extra != 0 {
		t.Errorf("%d records under more than one id", extra)
	}
	c.Stop()
	c.Start() // goes on where it was: nothing comes again
	size := c.size("out.json")
	more(1)
	servers.WaitFor(t, patience, "the last record", func() error {
		if c.size("out.json") == size {
			return fmt.Errorf("not there")
		}
		return nil
	})
	if grown := c.size("out.json") - size; grown > 2000 {
		t.Errorf("after a clean stop %d bytes were written for one record", grown)
	}
}
