package nagios

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"lma_collector/collector/message"
	"lma_collector/collector/plugin"
)

const cpu = "node-1/controller.cpu"

// same fails the test unless two texts are equal.
func same(t testing.TB, what, got, want string) {
	t.Helper()
	if got != want {
		t.Errorf("%s:\n got %s\nwant %s", what, got, want)
	}
}

func TestFormsOfCmdCGI(t *testing.T) {
	f := func(patched, standIn bool, first, later string) {
		t.Helper()
		s := serveCGI(t, patched, cpu)
		s.standIn = standIn
		o := open(t, s, nil)
		same(t, "first", o.deliver(t, o.status("cpu", 3, lowDisk)), "ok")
		results, requests := s.take()
		same(t, "requests", requests, first)
		same(t, "result", results, cpu+` 2 controller.cpu CRITICAL\nThe filesystem is nearly full (CRITICAL, rule='min(fs_space_percent_free[fs="/"])<5', current=4.50)`)
		o.clock = o.clock.Add(10 * time.Second)
		same(t, "second", o.deliver(t, o.status("cpu", 0, "")), "ok")
		results, requests = s.take()
		same(t, "requests", requests, later)
		same(t, "result", results, cpu+` 0 controller.cpu OKAY\nno details`)
	}
	f(false, false, "POST", "POST")
	f(true, false, "POST GET POST", "POST")
	f(true, true, "POST", "POST")
}

// Another id is fetched when Nagios no longer takes the one we have.
func TestFormIDThatExpires(t *testing.T) {
	s := serveCGI(t, true, cpu)
	o := open(t, s, nil)
	o.deliver(t, o.status("cpu", 3, ""))
	s.take()
	s.id++
	o.clock = o.clock.Add(time.Second)
	same(t, "after", o.deliver(t, o.status("cpu", 0, "")), "ok")
	_, requests := s.take()
	same(t, "requests", requests, "POST GET POST")

	s.override = func(w http.ResponseWriter) bool { fmt.Fprint(w, page(t, "cmd_csrf_error.html")); return true }
	o.clock = o.clock.Add(time.Second)
	same(t, "no form", o.deliver(t, o.status("cpu", 3, "")),
		"retry: "+s.URL+"/cgi-bin/cmd.cgi demands a form id, but the form has none: External Command Interface")
}

func TestChangesAreSubmittedAtOnceAndRefreshesOncePerInterval(t *testing.T) {
	s := serveCGI(t, false, cpu, "node-1/controller.disk")
	o := open(t, s, nil)
	submitted := 0
	for i := range 60 { // ten minutes of messages every ten seconds
		o.clock = o.clock.Add(10 * time.Second)
		value, alarms := 0.0, ""
		if i >= 30 {
			value, alarms = 3, strings.Replace(lowDisk, "4.5", fmt.Sprint(i), 1) // the current value is no change
		}
		same(t, "fate", o.deliver(t, o.status("cpu", value, alarms)), "ok")
		results, _ := s.take()
		if results != "" {
			submitted++
		}
		if i == 30 && !strings.HasPrefix(results, cpu+" 2 ") {
			t.Errorf("the change was not submitted at once: %q", results)
		}
	}
	if submitted < 10 || submitted > 12 {
		t.Errorf("%d results in ten minutes with one change", submitted)
	}
	if got := o.count("results_unchanged_total"); got != int64(60-submitted) {
		t.Errorf("%d counted as unchanged", got)
	}
	if got := o.count("results_changed_total"); got != 2 {
		t.Errorf("%d changes counted", got)
	}
	// An alarm that joins others of the same severity is a change, too.
	same(t, "fate", o.deliver(t, o.status("cpu", 3, lowDisk+","+strings.Replace(lowDisk, "nearly", "very nearly", 1))), "ok")
	if results, _ := s.take(); !strings.Contains(results, "very nearly full") {
		t.Errorf("got %q", results)
	}
}

func TestRefreshesAreSpread(t *testing.T) {
	var services []string
	for i := range 100 {
		services = append(services, fmt.Sprintf("node-1/controller.m%d", i))
	}
	s := serveCGI(t, false, services...)
	o := open(t, s, nil)
	perTick := map[int]int{}
	for tick := range 12 {
		o.clock = o.clock.Add(10 * time.Second)
		for i := range 100 {
			o.deliver(t, o.status(fmt.Sprintf("m%d", i), 0, ""))
		}
		results, _ := s.take()
		perTick[tick] = strings.Count(results, "OKAY")
	}
	for tick := 6; tick < 12; tick++ { // about 100/6 each
		if n := perTick[tick]; n < 5 || n > 35 {
			t.Errorf("%d refreshes in tick %d: %v", n, tick, perTick)
		}
	}
}

func TestRefreshIntervalZeroSubmitsEveryMessage(t *testing.T) {
	s := serveCGI(t, false, cpu)
	o := open(t, s, func(c *Config) { c.RefreshInterval = 0 })
	for range 3 {
		o.clock = o.clock.Add(time.Second)
		o.deliver(t, o.status("cpu", 0, ""))
		if results, _ := s.take(); results == "" {
			t.Error("not submitted")
		}
	}
}

func TestAnOldStateNeverFollowsANewerOne(t *testing.T) {
	s := serveCGI(t, false, cpu)
	o := open(t, s, nil)
	now := o.clock.UnixNano()
	late := statusAt(now-30e9, "cpu", 3, lowDisk)
	same(t, "newer", o.deliver(t, statusAt(now, "cpu", 0, "")), "ok")
	s.take()
	same(t, "older, later", o.deliver(t, late), "ok")
	results, _ := s.take()
	same(t, "results", results, "")
	if n := o.count("results_outdated_total"); n != 1 {
		t.Errorf("%d counted as outdated", n)
	}
	// In one batch, the newest counts, whatever the order.
	o.clock = o.clock.Add(time.Minute)
	now = o.clock.UnixNano()
	same(t, "batch", o.deliver(t, statusAt(now-2, "cpu", 3, lowDisk), statusAt(now, "cpu", 1, ""), statusAt(now-1, "cpu", 3, lowDisk)), "ok\nok\nok")
	results, _ = s.take()
	same(t, "results", results, cpu+` 1 controller.cpu WARN\nno details`)
}

// When the clock is set back, messages are older than those before; they must not be taken for late ones.
func TestClockSetBack(t *testing.T) {
	s := serveCGI(t, false, cpu)
	o := open(t, s, nil)
	o.deliver(t, o.status("cpu", 0, ""))
	s.take()
	o.clock = o.clock.Add(-time.Hour)
	o.deliver(t, o.status("cpu", 3, ""))
	results, _ := s.take()
	same(t, "results", results, cpu+` 2 controller.cpu CRITICAL\nno details`)
}

func TestTheWorstChangesComeFirst(t *testing.T) {
	s := serveCGI(t, false, "node-1/controller.a", "node-1/controller.b", "node-1/controller.c", "node-1/controller.d", "node-1/controller.e")
	o := open(t, s, nil)
	o.deliver(t, o.status("e", 3, ""))
	s.take()
	o.clock = o.clock.Add(2 * time.Minute)
	o.deliver(t, o.status("e", 3, ""), o.status("a", 0, ""), o.status("b", 1, ""), o.status("c", 4, ""), o.status("d", 2, ""))
	results, _ := s.take()
	same(t, "order", results, strings.Join([]string{
		`node-1/controller.c 2 controller.c DOWN\nno details`,
		`node-1/controller.b 1 controller.b WARN\nno details`,
		`node-1/controller.d 3 controller.d UNKNOWN\nno details`,
		`node-1/controller.a 0 controller.a OKAY\nno details`,
		`node-1/controller.e 2 controller.e CRITICAL\nno details`,
	}, "\n"))
}

func TestServicesThatNagiosDoesNotKnow(t *testing.T) {
	s := serveCGI(t, true, cpu)
	o := open(t, s, nil)
	refused := `refused: nagios does not know service "controller.disk" of host "node-1", or user "u" may not submit results for it`
	same(t, "first", o.deliver(t, o.status("disk", 3, ""), o.status("cpu", 0, "")), refused+"\nok")
	same(t, "condition", o.conditions(), `refused services: Nagios takes no results for node-1 / controller.disk (host / service): it does not know them, `+
		`or user "u" may not submit them; run lma_collector nagios-config, install what it prints and reload Nagios`)
	for range 12 { // it is asked again, but not kept as a dead letter each time
		o.clock = o.clock.Add(10 * time.Second)
		same(t, "again", o.deliver(t, o.status("disk", 3, "")), "ok")
	}
	_, requests := s.take()
	if n := strings.Count(requests, "POST"); n < 4 || n > 6 {
		t.Errorf("%d requests: %s", n, requests)
	}
	s.known["node-1/controller.disk"] = true
	o.clock = o.clock.Add(time.Minute)
	same(t, "then known", o.deliver(t, o.status("disk", 3, "")), "ok")
	same(t, "condition", o.conditions(), "")
}

func TestConditionNamesSomeOfManyServices(t *testing.T) {
	o := open(t, serveCGI(t, false), nil)
	for i := range 7 {
		o.deliver(t, o.status(fmt.Sprintf("m%d", i), 0, ""))
	}
	if got := o.conditions(); !strings.Contains(got, "node-1 / controller.m4 and 2 more (host / service)") {
		t.Error(got)
	}
}

func TestTextThatCmdCGIWouldLeaveOut(t *testing.T) {
	s := serveCGI(t, false, cpu)
	o := open(t, s, nil)
	many := strings.TrimSuffix(strings.Repeat(lowDisk+",", 30), ",")
	same(t, "long", o.deliver(t, o.status("cpu", 3, many)), "ok")
	results, requests := s.take()
	same(t, "requests", requests, "POST POST")
	if len(results) > len(cpu+" 2 ")+cgiTextLimit || !strings.HasSuffix(results, "current=4.50)") {
		t.Errorf("%d bytes: %q", len(results), results)
	}
	o.clock = o.clock.Add(2 * time.Minute)
	o.deliver(t, o.status("cpu", 3, many))
	_, requests = s.take()
	same(t, "requests once the limit is known", requests, "POST")
}

func TestWhatIsTriedAgain(t *testing.T) {
	f := func(want string, override func(w http.ResponseWriter) bool, change func(*Config)) {
		t.Helper()
		s := serveCGI(t, false, cpu)
		s.override = override
		o := open(t, s, change)
		got := o.deliver(t, o.status("cpu", 3, ""))
		same(t, "fate", strings.ReplaceAll(got, s.URL, "http://n"), want)
		s.override = nil
		if override != nil {
			same(t, "later", o.deliver(t, o.status("cpu", 3, "")), "ok")
		}
	}
	const at = "retry: http://n/cgi-bin/cmd.cgi "
	status := func(code int) func(http.ResponseWriter) bool {
		return func(w http.ResponseWriter) bool { w.WriteHeader(code); return true }
	}
	say := func(text string) func(http.ResponseWriter) bool {
		return func(w http.ResponseWriter) bool { fmt.Fprint(w, text); return true }
	}
	f(at+"answers 401 Unauthorized; check username and password", nil, func(c *Config) { c.Password = "wrong" })
	f(at+"answers 404 Not Found; is url the address of cmd.cgi?", status(404), nil)
	f(at+"answers 504 Gateway Timeout; does Nagios run?", status(504), nil)
	f(at+"answers 500 Internal Server Error", status(500), nil)
	f(at+"answers 302 Found; redirects are not followed, set url to where it points", status(302), nil)
	f(at+`cannot pass on the result of service "controller.cpu" of host "node-1": does Nagios run, with check_external_commands=1? It says: An error occurred while attempting to commit your command for processing.`,
		say("<html><P><DIV CLASS='errorMessage'>An error occurred while attempting to commit your command for processing.<BR><BR>"), nil)
	f(at+`answers the result of service "controller.cpu" of host "node-1" with: Single Sign-On`,
		say("<!doctype html><HTML><title>Single\nSign-On</title>"), nil)
	f(at+`answers the result of service "controller.cpu" of host "node-1" with: Something new`,
		say("<DIV CLASS='errorMessage'>Something new</DIV>"), nil)
}

func TestNagiosThatDoesNotAnswer(t *testing.T) {
	s := serveCGI(t, false, cpu)
	release := make(chan struct{})
	s.override = func(http.ResponseWriter) bool { <-release; return true }
	defer close(release)
	o := open(t, s, func(c *Config) { c.ResponseHeaderTimeout = 10 * time.Millisecond })
	got := o.deliver(t, o.status("cpu", 3, ""), o.status("disk", 3, ""))
	for _, line := range strings.Split(got, "\n") { // neither is waited for on its own
		if !strings.HasPrefix(line, "retry: "+s.URL+"/cgi-bin/cmd.cgi does not answer in time: ") {
			t.Error(line)
		}
	}
}

func TestHekadForm(t *testing.T) {
	s := serveCGI(t, false, "node-1/cpu", "web/http")
	o := open(t, s, nil)
	f := func(payload, want string) {
		t.Helper()
		o.memory = newMemory(0)
		same(t, payload, o.deliver(t, text(payload)), "ok")
		results, _ := s.take()
		same(t, payload, results, want)
	}
	f("OK:fine", "node-1/cpu 0 fine")
	f("WARNING: a:b", "node-1/cpu 1  a:b")
	f("CRITICAL:bad\nworse\r\n|x\ty\x00", `node-1/cpu 2 bad\nworse\n¦x y `)
	f("UNKNOWN:?", "node-1/cpu 3 ?")
	f("no state", "node-1/cpu 3 no state")
	f("OK:", "node-1/cpu 0 no details")
	f("", "node-1/cpu 3 no details")

	o = open(t, s, func(c *Config) { c.NagiosHost, c.NagiosServiceDescription = "web", "http" })
	o.deliver(t, text("OK:x"))
	results, _ := s.take()
	same(t, "with names", results, "web/http 0 x")
}

func TestMessagesWithoutResult(t *testing.T) {
	o := open(t, serveCGI(t, false), nil)
	d := message.Draft{Type: "heka.sandbox.afd_node_metric", Logger: "afd"}
	d.AddString("hostname", "node-1")
	d.AddString("source", "cpu")
	const why = `the message (Type "heka.sandbox.afd_node_metric", Logger "afd") has no Fields[node_role], which is part of the Nagios service's name`
	same(t, "first", o.deliver(t, seal(&d)), "refused: "+why)
	same(t, "condition", o.conditions(), "messages without result: "+why)
	same(t, "next", o.deliver(t, seal(&d)), "ok")
	same(t, "bad status", o.deliver(t, o.status("cpu", 9, "")),
		`refused: the status of "controller.cpu" of host "node-1" (Type "heka.sandbox.afd_node_metric") is not a number from 0 to 4 in Fields[value]`)
	same(t, "fraction", o.deliver(t, o.status("disk", 0.5, "")),
		`refused: the status of "controller.disk" of host "node-1" (Type "heka.sandbox.afd_node_metric") is not a number from 0 to 4 in Fields[value]`)
}

func TestKey(t *testing.T) {
	o := open(t, serveCGI(t, false), nil)
	key := func(m *message.Message) string { return string(o.Key([]byte("x"), plugin.Item{Message: m})) }
	same(t, "status", key(o.status("cpu", 3, "")), "xnode-1\x00controller.cpu")
	d := message.Draft{Type: "heka.sandbox.afd_node_metric"}
	d.SetUUID([16]byte{1, 2})
	same(t, "nameless", key(seal(&d)), "x\x00\x01\x02"+strings.Repeat("\x00", 14))
}

func TestHeartbeat(t *testing.T) {
	const service = "node-1/lma_collector"
	s := serveCGI(t, true, service)
	o := open(t, s, nil)
	sent := 0
	for range 13 { // 120 s
		if err := o.Tick(context.Background(), o.clock); err != nil {
			t.Fatal(err)
		}
		results, _ := s.take()
		if results != "" {
			sent++
			if !strings.HasPrefix(results, service+" 0 lma_collector has been running for ") || !strings.HasSuffix(results, " and reports 0 services") {
				t.Errorf("got %q", results)
			}
		}
		o.clock = o.clock.Add(10 * time.Second)
	}
	if sent != 3 {
		t.Errorf("%d heartbeats in 120 s", sent)
	}

	s.known = map[string]bool{}
	o.clock = o.clock.Add(time.Minute)
	if err := o.Tick(context.Background(), o.clock); err != nil {
		t.Error(err)
	}
	if got := o.conditions(); !strings.Contains(got, "node-1 / lma_collector (host / service)") {
		t.Error(got)
	}

	s.override = func(w http.ResponseWriter) bool { w.WriteHeader(http.StatusBadGateway); return true }
	o.clock = o.clock.Add(time.Minute)
	want := s.URL + "/cgi-bin/cmd.cgi answers 502 Bad Gateway"
	for range 2 { // not delivered: due again at the next tick
		if err := o.Tick(context.Background(), o.clock); err == nil || err.Error() != want {
			t.Errorf("got %v, want %s", err, want)
		}
	}

	o = open(t, s, func(c *Config) { c.HeartbeatService = "" })
	if err := o.Tick(context.Background(), o.clock); err != nil {
		t.Error(err)
	}
}

func TestOptionErrors(t *testing.T) {
	f := func(want string, change func(*Config)) {
		t.Helper()
		c := defaultConfig()
		change(c)
		env := &plugin.Env{TickerInterval: time.Second, Metrics: &plugin.Metrics{}}
		if _, err := c.NewOutput(env); err == nil || err.Error() != want {
			t.Errorf("got  %v\nwant %s", err, want)
		}
	}
	f(`url: begins with "ftp:", but only http:// and https:// are spoken`, func(c *Config) { c.URL = "ftp://h/" })
	f("response_header_timeout: must be more than 0", func(c *Config) { c.ResponseHeaderTimeout = 0 })
	f("use_tls: does nothing for a url that begins with http: write https:", func(c *Config) { c.UseTLS = true })
	f("truncate_size: must be at least 1", func(c *Config) { c.TruncateSize = 0 })
	f("refresh_interval: must not be negative", func(c *Config) { c.RefreshInterval = -1 })
	f("heartbeat_interval: must be at least 1s", func(c *Config) { c.HeartbeatInterval = 0 })
	f("send_nsca_timeout: must be more than 0", func(c *Config) { c.SendNSCABin, c.SendNSCATimeout = "x", 0 })
	f(`nagios_host: "%{x" has no closing }`, func(c *Config) { c.NagiosHost = "%{x" })
	f(`global_cluster_host: %{} names neither a header, a field nor a date`, func(c *Config) { c.GlobalClusterHost = "%{}" })

	_, err := defaultConfig().NewOutput(&plugin.Env{Metrics: &plugin.Metrics{}})
	if want := `ticker_interval: must not be 0 while there is a heartbeat; heartbeat_service = "" turns it off`; err == nil || err.Error() != want {
		t.Errorf("got %v", err)
	}
	var e plugin.Encoder = fakeEncoder{}
	_, err = defaultConfig().NewOutput(&plugin.Env{TickerInterval: 1, Encoder: e, Metrics: &plugin.Metrics{}})
	if want := `encoder: has no use here: the output writes the results itself; HttpOutput sends what an encoder writes`; err == nil || err.Error() != want {
		t.Errorf("got %v", err)
	}
}

type fakeEncoder struct{}

func (fakeEncoder) Encode(dst []byte, _ *message.Message) ([]byte, error) { return dst, nil }

func TestConsumerDefaults(t *testing.T) {
	var o plugin.ConsumerOptions
	defaultConfig().ConsumerDefaults(&o)
	if o.WhenFull != "latest" || o.TickerInterval != 10 || o.MessageMatcher != defaultMatcher {
		t.Errorf("%+v", o)
	}
}
