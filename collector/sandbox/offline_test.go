package sandbox

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"lma_collector/collector/message"
	"lma_collector/collector/plugin"
)

func openOffline(t *testing.T, kind plugin.Kind, script string) *Offline {
	t.Helper()
	r := newRun(t, script, nil)
	o, err := OpenOffline(OfflineOptions{
		Kind: kind, Name: "section", Hostname: "node-1", ShareDir: r.env.ShareDir, Filename: "script.lua",
		Config: map[string]any{"x": int64(4)}, Start: time.Unix(100, 0),
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = o.Close() })
	return o
}

// summary is an outcome in one line.
func summary(o Outcome) string {
	out := fmt.Sprintf("%d %q %v %v %d %q", o.Status, o.Error, o.Passthrough, o.Terminated, o.Discarded, o.Output)
	for _, m := range o.Injected {
		out += fmt.Sprintf(" [%d %s]", m.Timestamp()/1e9, describe(m))
	}
	return out
}

func TestOfflineFilter(t *testing.T) {
	o := openOffline(t, plugin.KindFilter, `require "os"
local started = os.time()
function process_message()
  if read_message("Payload") == "die" then error("dead", 0) end
  if read_message("Payload") == "bad" then return -1, "bad" end
  inject_message({Type = "seen", Fields = {started = started, now = os.time(), x = read_config("x")}})
  return 0
end
function timer_event(ns) inject_payload("txt", "", ns / 1e9) end`)
	steps := []string{
		summary(o.Process(variedMessage(t), time.Unix(200, 0))),
		summary(o.Tick(time.Unix(300, 0))),
		summary(o.Process(messageOf(t, func(d *message.Draft) { d.Payload = "bad" }), time.Unix(400, 0))),
		summary(o.Tick(time.Unix(500, 0))),
		summary(o.Process(messageOf(t, func(d *message.Draft) { d.Payload = "die" }), time.Unix(600, 0))),
	}
	want := []string{
		`0 "" false false 0 "" [200 Type=heka.sandbox.seen Logger=section Hostname=node-1 started=100 now=200 x=4]`,
		`0 "" false false 0 "" [300 Type=heka.sandbox-output Logger=section Hostname=node-1 Payload=300 payload_type=txt payload_name=]`,
		`-1 "bad" false false 0 ""`,
		`0 "" false false 0 "" [500 Type=heka.sandbox-output Logger=section Hostname=node-1 Payload=500 payload_type=txt payload_name=]`,
		`1 "process_message() dead" false true 0 ""`,
	}
	if got := strings.Join(steps, "\n"); got != strings.Join(want, "\n") {
		t.Errorf("got\n%s\nwant\n%s", got, strings.Join(want, "\n"))
	}
}

func TestOfflineDecoder(t *testing.T) {
	o := openOffline(t, plugin.KindDecoder, `function process_message()
  local payload = read_message("Payload")
  if payload == "pass" then return 0 end
  inject_message({Type = "made"})
  if payload == "bad" then return -1, "bad" end
  return 0
end`)
	for payload, want := range map[string]string{
		"pass": `0 "" true false 0 "" [0 Payload=pass]`,
		"made": `0 "" false false 0 "" [200 Type=made Severity=7 Pid=0]`,
		"bad":  `-1 "bad" false false 1 ""`,
	} {
		m := messageOf(t, func(d *message.Draft) { d.Payload = payload })
		if got := summary(o.Process(m, time.Unix(200, 5))); got != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
	}
}

func TestOfflineEncoder(t *testing.T) {
	o := openOffline(t, plugin.KindEncoder, `function process_message() inject_payload("txt", "", read_message("Payload")) return 0 end`)
	if got := summary(o.Process(variedMessage(t), time.Unix(1, 0))); got != `0 "" false false 0 "Test Payload"` {
		t.Error(got)
	}
	if _, err := OpenOffline(OfflineOptions{Kind: plugin.KindOutput, Filename: "x"}); errText(err) != "only filters, decoders and encoders run offline" {
		t.Error(err)
	}
}

func TestTimerOnShutdown(t *testing.T) {
	r := newRun(t, `function timer_event(ns) inject_payload("txt", "", ns) end`, nil)
	f, err := (&FilterConfig{Options: r.options, TimerEventOnShutdown: true}).NewFilter(r.env)
	if err != nil || f.(*Filter).Start() != nil {
		t.Fatal(err)
	}
	if err := f.(*Filter).Close(); err != nil || len(r.injected) != 1 || r.injected[0].Payload() != "1.4545008001234568e+18" {
		t.Errorf("%v, %d messages", err, len(r.injected))
	}
}
