package golden

import (
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"lma_collector/collector/filters/logscounter"
	"lma_collector/collector/message"
	"lma_collector/collector/plugin"
	"lma_collector/collector/sandbox"
)

// counting is one of the two filters that count log messages, and what it injected.
type counting struct {
	plugin.Filter
	sent []Message
}

func (c *counting) env(t *testing.T) *plugin.Env {
	return &plugin.Env{
		Name: "logs_counter_filter", Hostname: Hostname, BaseDir: t.TempDir(), TickerInterval: time.Minute,
		Health: &plugin.Health{}, Metrics: &plugin.Metrics{}, Inject: func(d *message.Draft) error {
			c.sent = append(c.sent, Record(Seal(d)))
			return nil
		},
	}
}

// countings are a LogsCounterFilter and the Lua filter, which now see the same clock.
func countings(t *testing.T, clock func() time.Time) (native, lua *counting) {
	t.Helper()
	native, lua = &counting{}, &counting{}
	conf := &logscounter.Config{LoggerMatcher: `^openstack\.([A-Za-z]+)$`, GraceInterval: 2 * time.Second, Source: "logs_counter", Clock: clock}
	script := &sandbox.FilterConfig{Options: sandbox.Options{
		ScriptType: "lua", OutputLimit: 64512, Clock: clock,
		Filename: filepath.Join(Root(), "lua_modules", "filters", "logs_counter.lua"), ModuleDirectory: filepath.Join(Root(), "lua_modules"),
		Config: map[string]any{"logger_matcher": "^openstack%.(%a+)$", "grace_interval": 2, "source": "logs_counter", "hostname": Hostname},
	}}
	var err error
	if native.Filter, err = conf.NewFilter(native.env(t)); err != nil {
		t.Fatal(err)
	}
	if lua.Filter, err = script.NewFilter(lua.env(t)); err != nil {
		t.Fatal(err)
	}
	return native, lua
}

// anyLog is a log message of any service, label, severity and time near now.
func anyLog(rng *rand.Rand, now time.Time) *message.Message {
	pick := func(list ...string) string { return list[rng.IntN(len(list))] }
	d := message.Draft{Type: "log", Hostname: "cmp7", Logger: pick("openstack.", "openstack.", "openstack.", "system.", "") +
		pick("nova", "glance", "Heat", "neutron", "nova.api", "keystone2", "", strings.Repeat("x", 12))}
	d.SetTimestamp(now.Add(time.Duration(rng.Int64N(10e6)-5e6) * time.Microsecond).UnixNano())
	if rng.IntN(4) > 0 {
		d.SetSeverity(int32(rng.IntN(10) - 1))
	}
	switch rng.IntN(8) {
	case 0: // none
	case 1:
		d.AddInt("severity_label", "", 3)
	case 2:
		d.AddBytes("severity_label", []byte(pick("ERROR", "bytes")))
	default:
		d.AddString("severity_label", pick("EMERGENCY", "ALERT", "CRITICAL", "ERROR", "WARNING", "NOTICE", "INFO", "DEBUG",
			"AUDIT", "TRACE", "WARN", "info", "Error", "trace", "", "a label that is longer than all"))
	}
	return Seal(&d)
}

// TestLogsCountersAgree gives random messages to both and compares what they refuse and inject.
func TestLogsCountersAgree(t *testing.T) {
	rng := rand.New(rand.NewPCG(26, 1))
	now := time.Unix(1795161600, 0)
	native, lua := countings(t, func() time.Time { return now })
	sent := 0
	for round := range 40 {
		for range rng.IntN(200) {
			m := anyLog(rng, now)
			if got, want := native.Process(m), lua.Process(m); (got == nil) != (want == nil) {
				t.Fatalf("round %d, %s: error %v, in Lua %v", round, message.AppendJSON(nil, m), got, want)
			}
		}
		now = now.Add(time.Duration(1+rng.IntN(90)) * time.Second)
		if got, want := native.Tick(now), lua.Tick(now); got != nil || want != nil {
			t.Fatalf("round %d: error %v, in Lua %v", round, got, want)
		}
		if len(native.sent) != len(lua.sent) {
			t.Fatalf("round %d: %d messages, in Lua %d", round, len(native.sent), len(lua.sent))
		}
		for i := range lua.sent {
			same(t, fmt.Sprintf("round %d", round), lua.sent[i], native.sent[i])
			sent++
		}
		native.sent, lua.sent = nil, nil
	}
	if sent < 30 {
		t.Errorf("only %d messages were sent", sent)
	}
}

// same compares two messages, the payloads as data.
func same(t *testing.T, what string, want, got Message) {
	t.Helper()
	want.PayloadJSON = []byte(text(want.Payload))
	p := pair{c: &Case{}, want: want, got: got}
	for _, x := range p.compare() {
		t.Errorf("%s: %s: %s", what, x.what, x.text)
	}
}
