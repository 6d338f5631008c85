package integration

import (
	"bytes"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"lma_collector/tests/servers"
)

// healthSections are the shipped health filters at their fastest, with alarms of short windows, and an
// input for what collectd posts.
func healthSections(t testing.TB, listen string) string {
	t.Helper()
	alarms, err := filepath.Abs("testdata/alarms")
	if err != nil {
		t.Fatal(err)
	}
	gse := ""
	for _, level := range []string{"service", "node", "global"} {
		gse += fmt.Sprintf(`
[gse_%s_filter]
type = "GSEFilter"
level = %q
alarms_directory = %q
roles = ["controller"]
interval = 1
warm_up_period = 2
fact_timeout = 5
`, level, level, alarms)
	}
	return fmt.Sprintf(`
[collectd_httplisten]
type = "HttpListenInput"
address = %q
decoder = "collectd_decoder"
[collectd_decoder]
type = "CollectdDecoder"
[afd_filter]
type = "AFDFilter"
alarms_directory = %q
roles = ["controller"]
ticker_interval = 1
[logs_counter_filter]
type = "LogsCounterFilter"
ticker_interval = 1
grace_interval = 3600
source = "logs_counter"
%s`, listen, alarms, gse)
}

// nagiosSection reports to a server that is not started yet. Its heartbeat and refreshes are fast, so
// that Nagios notices silence soon.
func nagiosSection(url, user, password string) string {
	return fmt.Sprintf(`
[nagios_output]
type = "NagiosOutput"
url = %q
username = %q
password = %q
refresh_interval = 2
heartbeat_interval = 2
ticker_interval = 1
response_header_timeout = 10
`, url, user, password)
}

// nagiosObjects is what the collector's own command writes for its configuration. The freshness of
// services is a minute at least there; within says otherwise, in seconds.
func nagiosObjects(c *collector, within int) string {
	c.t.Helper()
	out, err := exec.Command(binary(c.t), "nagios-config", "--config", c.conf).Output()
	if err != nil {
		c.t.Fatalf("nagios-config: %v %s", err, stderrOf(err))
	}
	const shipped = "freshness_threshold     60\n"
	if !bytes.Contains(out, []byte(shipped)) {
		c.t.Fatalf("no %q in the objects:\n%s", shipped, out)
	}
	return strings.Replace(string(out), shipped, fmt.Sprintf("freshness_threshold     %d\n", within), 1)
}

func stderrOf(err error) []byte {
	if e, ok := err.(*exec.ExitError); ok {
		return e.Stderr
	}
	return nil
}

// watched is a collector that reports to a Nagios which knows exactly what it will report.
type watched struct {
	*collector
	nagios *servers.Nagios
	listen string
}

// watch configures a collector and starts the Nagios that it reports to, with the objects that
// nagios-config writes of the same configuration; more is added to it. The collector is not started.
func watch(t *testing.T, more func(c *collector) string) *watched {
	t.Helper()
	return watchAt(t, func(sections string) string { return sections }, 6, more)
}

// atShippedPace makes the health filters work at the intervals that they have unless told otherwise.
func atShippedPace(sections string) string {
	return strings.NewReplacer("interval = 1\nwarm_up_period = 2\nfact_timeout = 5\n", "",
		"roles = [\"controller\"]\nticker_interval = 1\n", "roles = [\"controller\"]\n").Replace(sections)
}

// watchAt is watch with the health filters' sections changed; fresh is how many seconds a result is.
func watchAt(t *testing.T, pace func(sections string) string, fresh int, more func(c *collector) string) *watched {
	t.Helper()
	w := &watched{listen: fmt.Sprintf("127.0.0.1:%d", servers.Port(t))}
	w.collector = configure(t, pace(healthSections(t, w.listen))+nagiosSection("http://127.0.0.1:1/", "", ""))
	if more != nil {
		w.add(more(w.collector))
	}
	w.nagios = servers.StartNagios(t, nagiosObjects(w.collector, fresh))
	w.replace("conf/test.toml", nagiosSection("http://127.0.0.1:1/", "", ""), nagiosSection(w.nagios.CmdURL, w.nagios.User, w.nagios.Password))
	return w
}

// patience bounds what takes seconds on an idle machine, and a minute where other tests keep it busy.
const patience = 2 * time.Minute

// disk posts the free space of / as collectd does, until the test ends. A collector that is away is
// nothing to worry about: collectd posts on as well.
type disk struct {
	free atomic.Int64 // %

	mu       sync.Mutex
	sent     map[int64]int // how often each value has been posted
	answered int           // posts that were answered in time
	first    map[int64]time.Time
}

// delay is the time from the first post of a value to the result that Nagios logged for a service, in
// its log's whole seconds.
func (w *watched) delay(d *disk, free int64, s service, state int) time.Duration {
	w.t.Helper()
	d.mu.Lock()
	first := d.first[free]
	d.mu.Unlock()
	for line := range strings.Lines(w.nagios.Log()) {
		if !strings.Contains(line, fmt.Sprintf(";%s;%s;%d;", s.host, s.name, state)) {
			continue
		}
		var at int64
		if _, err := fmt.Sscanf(line, "[%d]", &at); err != nil {
			w.t.Fatalf("%s: %v", line, err)
		}
		if at >= first.Unix() {
			return time.Unix(at, 0).Sub(first.Truncate(time.Second))
		}
	}
	w.t.Fatalf("Nagios has no result %d of %s", state, s.name)
	return 0
}

// answers tells how many posts were answered within a second.
func (d *disk) answers() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.answered
}

// times tells how often a value has been posted.
func (d *disk) times(free int64) int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.sent[free]
}

func postDisk(t *testing.T, listen string, free int64) *disk {
	t.Helper()
	d := &disk{sent: map[int64]int{}, first: map[int64]time.Time{}}
	d.free.Store(free)
	client := &http.Client{Timeout: time.Second, Transport: &http.Transport{DisableKeepAlives: true}}
	every := time.NewTicker(250 * time.Millisecond)
	stop := make(chan struct{})
	var wg sync.WaitGroup
	wg.Go(func() {
		for {
			d.post(client, listen)
			select {
			case <-every.C:
			case <-stop:
				return
			}
		}
	})
	t.Cleanup(func() {
		close(stop)
		wg.Wait()
		every.Stop()
	})
	return d
}

// post sends one value. The collector has it even where it does not answer in time, since the answer
// waits for what an output has not delivered yet.
func (d *disk) post(client *http.Client, listen string) {
	free, began := d.free.Load(), time.Now()
	body := fmt.Sprintf(`[{"values":[%d],"dstypes":["gauge"],"dsnames":["value"],"time":%.3f,"interval":1,"host":"ctl1",`+
		`"plugin":"df","plugin_instance":"root","type":"percent_bytes","type_instance":"free"}]`, free, float64(began.UnixMilli())/1000)
	resp, err := client.Post("http://"+listen+"/", "application/json", strings.NewReader(body))
	var timeout net.Error
	if err != nil && (!errors.As(err, &timeout) || !timeout.Timeout()) {
		return
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if err == nil {
		resp.Body.Close()
		d.answered++
	}
	if d.sent[free]++; d.sent[free] == 1 {
		d.first[free] = began
	}
}

// logErrors writes a Nova error every 100 ms while on; it ends with the test.
func logErrors(t *testing.T, c *collector, name string) (on *atomic.Bool) {
	t.Helper()
	on = &atomic.Bool{}
	every := time.NewTicker(100 * time.Millisecond)
	stop := make(chan struct{})
	var wg sync.WaitGroup
	wg.Go(func() {
		for n := 0; ; n++ {
			select {
			case <-every.C:
			case <-stop:
				return
			}
			level := "INFO"
			if on.Load() {
				level = "ERROR"
			}
			c.appendTo(name, fmt.Sprintf("%s 77 %s nova.compute.manager [-] instance %d\n", time.Now().UTC().Format("2006-01-02 15:04:05.000"), level, n))
		}
	})
	t.Cleanup(func() {
		close(stop)
		wg.Wait()
		every.Stop()
	})
	return on
}
