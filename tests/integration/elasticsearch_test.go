package integration

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"lma_collector/tests/servers"
)

// searchSection is the shipped output for an archive of logs, told where the server is, and to be
// quick: it sends often, has a short queue, gives up on a silent server soon and tries again soon.
func searchSection(t testing.TB, url string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(repo, "conf.d/output-elasticsearch.toml.sample"))
	if err != nil {
		t.Fatal(err)
	}
	const server = `server = "http://127.0.0.1:9200"` + "\n"
	if !strings.Contains(string(text), server) {
		t.Fatalf("no %s in the shipped file", server)
	}
	quick := fmt.Sprintf("server = %q\nqueue_messages = 3000\nflush_interval = 200\nhttp_timeout = 3000\nretries = { max_delay = \"500ms\" }\n", url)
	return strings.Replace(string(text), server, quick, 1)
}

// lineWriter writes numbered lines of Nova.
type lineWriter struct {
	c       *collector
	name    string
	written int
}

func (l *lineWriter) more(n int) {
	var b strings.Builder
	for range n {
		fmt.Fprintf(&b, "2026-11-20 07:18:44.123 77 INFO nova.compute.manager [-] record %d\n", l.written)
		l.written++
	}
	l.c.appendTo(l.name, b.String())
}

// archive is a server where logs end up. It can hang and die.
type archive interface {
	Pause()
	Resume()
	Kill()
	Start()
	payloads() (map[string]int, error) // how often each is stored
}

type searchIndex struct {
	*servers.OpenSearch
	index string
}

// payloads reads the whole index, page by page.
func (s searchIndex) payloads() (map[string]int, error) {
	if err := s.Do(http.MethodPost, "/"+s.index+"/_refresh?ignore_unavailable=true", nil, nil); err != nil {
		return nil, err
	}
	type page struct {
		Scroll string `json:"_scroll_id"`
		Hits   struct {
			Hits []struct {
				Source struct{ Payload string } `json:"_source"`
			}
		}
	}
	stored := map[string]int{}
	path, body := "/"+s.index+"/_search?scroll=1m&ignore_unavailable=true", `{"size":10000,"_source":["Payload"]}`
	for {
		var p page
		if err := s.Do(http.MethodPost, path, []byte(body), &p); err != nil {
			return nil, err
		}
		if len(p.Hits.Hits) == 0 {
			return stored, nil
		}
		for _, hit := range p.Hits.Hits {
			stored[hit.Source.Payload]++
		}
		path, body = "/_search/scroll", fmt.Sprintf(`{"scroll":"1m","scroll_id":%q}`, p.Scroll)
	}
}

// expectOnce waits until every line is in the archive, and fails the test if one is there twice.
func (l *lineWriter) expectOnce(t *testing.T, a archive) {
	t.Helper()
	var stored map[string]int
	servers.WaitFor(t, 2*patience, "every line in the archive", func() (err error) {
		if stored, err = a.payloads(); err == nil && len(stored) < l.written {
			err = fmt.Errorf("%d of %d lines", len(stored), l.written)
		}
		return err
	})
	twice := 0
	for n := range l.written {
		if stored[fmt.Sprintf("[-] record %d", n)] != 1 {
			twice++
		}
	}
	if twice > 0 || len(stored) != l.written {
		t.Errorf("%d lines are not there exactly once, %d documents of %d lines", twice, len(stored), l.written)
	}
}

// clog writes lines until the log's reader has to wait for the archive's queue.
func (l *lineWriter) clog(t *testing.T) {
	t.Helper()
	before, err := l.c.counter("elasticsearch_output", "blocked")
	if err != nil {
		t.Fatal(err)
	}
	servers.WaitFor(t, patience, "a full queue of the archive", func() error {
		now, err := l.c.counter("elasticsearch_output", "blocked")
		if err == nil && now == before {
			l.more(2000)
			err = fmt.Errorf("%d lines are not enough", l.written)
		}
		return err
	})
}

func TestDeadOpenSearchBlindsNobody(t *testing.T) {
	t.Parallel()
	store := servers.StartOpenSearch(t)
	deadArchive(t, store.URL, searchIndex{store, "log-2026.11.20"})
}

func TestDeadArchiveBlindsNobody(t *testing.T) {
	t.Parallel()
	store := startBulkServer(t)
	deadArchive(t, store.url, store)
}

// An archive that hangs, then dies while lines pour in, holds up no alarm, and loses and repeats no
// line: what Nagios has to know it knows while the archive is still dead.
func deadArchive(t *testing.T, url string, store archive) {
	w := watch(t, func(c *collector) string {
		return logSection(c.within("logs/nova-compute.log"), "nova_nova-compute", "OpenStackLogDecoder") + searchSection(t, url)
	})
	lines := &lineWriter{c: w.collector, name: "logs/nova-compute.log"}
	lines.more(500)
	d := postDisk(t, w.listen, 50)
	w.Start()
	lines.expectOnce(t, store)
	w.expect(servers.OK, rootFS, globalSystem)

	store.Pause() // connections are accepted, nobody answers
	lines.clog(t)
	d.free.Store(3)
	w.expect(servers.Critical, rootFS, globalSystem)
	t.Logf("CRITICAL in Nagios %v after the first bad value, at ticks of 1s", w.delay(d, 3, rootFS, servers.Critical))
	store.Resume()
	lines.expectOnce(t, store)

	store.Kill() // connections are refused
	lines.clog(t)
	d.free.Store(50)
	w.expect(servers.OK, rootFS, globalSystem)
	store.Start()
	lines.expectOnce(t, store)
	noDecodeFailures(t, w.collector)
	if n, err := w.counter("elasticsearch_output", "refused"); err != nil || n != 0 {
		t.Errorf("%d lines were refused (%v)", n, err)
	}
}

// ticks counts how often the AFD filter has evaluated its alarms: each time it tells of both watches.
func (w *watched) ticks() int64 {
	w.t.Helper()
	n, err := w.counter("afd_filter", "injected")
	if err != nil {
		w.t.Fatal(err)
	}
	const watches = 2 // testdata/alarms
	return n / watches
}

// At the shipped pace, with the archive dead for minutes and lines pouring in, a filesystem alarm reaches
// Nagios within two ticks of the alarms' filter, and leaves it again. Minutes are counted in such ticks, too.
func TestAlarmWhileTheArchiveIsDeadForMinutes(t *testing.T) {
	t.Parallel()
	store := startBulkServer(t)
	w := watchAt(t, atShippedPace, 60, func(c *collector) string {
		return logSection(c.within("logs/nova-compute.log"), "nova_nova-compute", "OpenStackLogDecoder") + searchSection(t, store.url)
	})
	lines := &lineWriter{c: w.collector, name: "logs/nova-compute.log"}
	lines.more(500)
	d := postDisk(t, w.listen, 50)
	w.Start()
	w.expect(servers.OK, rootFS, globalSystem)

	store.Kill()
	died := w.ticks()
	lines.clog(t)
	for _, step := range []struct {
		free  int64
		state int
	}{{3, servers.Critical}, {50, servers.OK}} {
		before := w.ticks()
		d.free.Store(step.free)
		w.expect(step.state, rootFS)
		if after := w.ticks(); after > before+2 {
			t.Errorf("%d%% free reached Nagios %d ticks later", step.free, after-before)
		}
	}
	servers.WaitFor(t, 4*patience, "two minutes of ticks", func() error {
		if n := w.ticks() - died; n < 12 {
			return fmt.Errorf("%d ticks", n)
		}
		return nil
	})
	w.expect(servers.OK, rootFS, globalSystem)
	store.Start()
	lines.expectOnce(t, store)
}

// Every line is in the index exactly once, however often the collector is killed meanwhile; what the
// index cannot take are dead letters that can be read.
func TestKillNineWithOpenSearch(t *testing.T) {
	t.Parallel()
	store := servers.StartOpenSearch(t)
	mapping := `{"mappings":{"properties":{"instance_uuid":{"type":"integer"}}}}`
	if err := store.Do(http.MethodPut, "/log-2026.11.20", []byte(mapping), nil); err != nil {
		t.Fatal(err)
	}
	c := configure(t, "")
	c.add(logSection(c.within("logs/nova-compute.log"), "nova_nova-compute", "OpenStackLogDecoder") + searchSection(t, store.URL))
	lines := &lineWriter{c: c, name: "logs/nova-compute.log"}
	a := searchIndex{store, "log-2026.11.20"}
	bad := map[string]bool{}
	for round := range 5 {
		lines.more(4000)
		text := fmt.Sprintf("[instance: 6e1d7a4c-1f2a-4c8e-9d57-%012d] bad %d", round, round)
		bad[text] = true
		c.appendTo(lines.name, "2026-11-20 07:18:44.123 77 INFO nova.compute.manager [-] "+text+"\n")
		lines.more(4000)
		stored, err := a.payloads()
		if err != nil {
			t.Fatal(err)
		}
		c.Start()
		servers.WaitFor(t, patience, "some lines in the index", func() error {
			now, err := a.payloads()
			if err == nil && len(now) == len(stored) {
				err = fmt.Errorf("still %d", len(now))
			}
			return err
		})
		c.Kill()
	}
	c.Start()
	lines.expectOnce(t, a)
	servers.WaitFor(t, patience, "the refused lines as dead letters", func() error {
		found, err := deadLetters(c, "elasticsearch_output")
		if err == nil && len(found) != len(bad) {
			err = fmt.Errorf("%d of %d: %v", len(found), len(bad), found)
		}
		for payload, reason := range found {
			if !bad[strings.TrimPrefix(payload, "[-] ")] || !strings.Contains(reason, "instance_uuid") {
				t.Fatalf("dead letter %q: %s", payload, reason)
			}
		}
		return err
	})
}

// deadLetters gives the reasons of an output's dead letters by payload, as the collector's own command
// reads them.
func deadLetters(c *collector, output string) (map[string]string, error) {
	c.t.Helper()
	found := map[string]string{}
	path := c.within("base/dead_letters/" + output + ".hpb")
	if _, err := os.Stat(path); err != nil {
		return found, err
	}
	out, errText, code := c.run("cat", path)
	if code != 0 || errText != "" {
		return nil, fmt.Errorf("cat: exit code %d, %s", code, errText)
	}
	for line := range strings.Lines(out) {
		var m struct {
			Payload string
			Fields  map[string]any
		}
		if err := json.Unmarshal([]byte(line), &m); err != nil {
			return nil, fmt.Errorf("%w: %s", err, line)
		}
		if m.Fields["dead_letter_output"] != output {
			return nil, fmt.Errorf("dead letter of another output: %s", line)
		}
		found[m.Payload], _ = m.Fields["dead_letter_reason"].(string)
	}
	return found, nil
}
