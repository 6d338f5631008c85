package lua

import (
	"bytes"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/txtar"

	"lma_collector/collector/message"
)

// hostileValues are values that no field should have.
var hostileValues = []message.Value{
	message.FloatValue(math.NaN()), message.FloatValue(math.Inf(1)), message.FloatValue(math.Inf(-1)), message.FloatValue(1e300),
	message.FloatValue(-1), message.FloatValue(0), message.FloatValue(0.5), message.IntValue(math.MinInt64), message.IntValue(math.MaxInt64),
	message.StringValue(""), message.StringValue("nan"), message.StringValue("-inf"), message.StringValue("0x10"), message.StringValue("\xff\x00\n"),
	message.StringValue("%s%n\\{}[]\""), message.StringValue(strings.Repeat("9", 100_000)), message.BoolValue(true), message.BytesValue([]byte("\x00\xff")),
}

// hostilePayloads are texts that no decoder expects; %s is the text that it does.
func hostilePayloads(payload string) []string {
	list := []string{
		"", "\n", "\x00\xff", "null", "7", "[]", "{}", "[7]", `"s"`, `{"a":nan}`, `{"a":1e999}`, `[[[[1]]]]`, `{"alarms":[{"tags":7,"fields":7}]}`,
		payload + payload, payload + "\n" + payload, strings.TrimSpace(payload), strings.ReplaceAll(payload, "\n", "\r\n"),
		strings.ReplaceAll(payload, " ", "  "), strings.ReplaceAll(payload, "1", "99999999999999999999"), strings.ReplaceAll(payload, "0", "-1"),
		strings.ReplaceAll(payload, `"`, `'`), strings.ToUpper(payload), payload + strings.Repeat("x", 100_000),
	}
	for _, piece := range []string{"x", "0", "[", "\"", "{\"a\":", " ", "\n", "\t", "\\", "-", "<", "=", ",", "\xff", "error ", "[1,", "\"a\\", ":", "%"} {
		list = append(list, strings.Repeat(piece, 100_000/len(piece)))
	}
	for i := 1; i < len(payload) && i < 2000; i += 1 + len(payload)/12 {
		list = append(list, payload[:i], payload[:i]+"\xff"+payload[i:], payload[:i]+strings.Repeat("x", 70_000)+payload[i:])
	}
	return list
}

// hostile makes messages of a good one: each header and each field in turn is what it should not be.
func hostile(good *message.Message, see func(what string, m *message.Message)) {
	change := func(what string, f func(d *message.Draft)) {
		var d message.Draft
		d.Load(good)
		f(&d)
		b := message.NewBatch()
		b.Append(&d)
		see(what, b.At(0))
	}
	for _, payload := range hostilePayloads(good.Payload()) {
		change("payload", func(d *message.Draft) { d.Payload = payload })
	}
	for _, ns := range []int64{0, 1, -1, math.MinInt64, math.MaxInt64, good.Timestamp() - 3600e9, good.Timestamp() + 100*365*24*3600e9} {
		change("timestamp", func(d *message.Draft) { d.SetTimestamp(ns) })
	}
	for _, text := range []string{"", "\xff\x00\n", "..", "%{x}", strings.Repeat("a.", 50_000)} {
		change("type", func(d *message.Draft) { d.Type = text })
		change("logger", func(d *message.Draft) { d.Logger = text })
		change("hostname", func(d *message.Draft) { d.Hostname = text })
		change("env_version", func(d *message.Draft) { d.EnvVersion = text })
	}
	for _, n := range []int32{0, -1, 99, math.MinInt32, math.MaxInt32} {
		change("severity", func(d *message.Draft) { d.SetSeverity(n) })
		change("pid", func(d *message.Draft) { d.SetPid(n) })
	}
	change("no headers", func(d *message.Draft) { *d = message.Draft{UUID: [16]byte{1}, HasUUID: true}; d.SetTimestamp(1) })
	change("no pid, no severity", func(d *message.Draft) { d.HasPid, d.HasSeverity = false, false })
	var d message.Draft
	d.Load(good)
	for i := range d.FieldCount() {
		name, representation, _, values := d.FieldValues(i)
		change("without "+name, func(d *message.Draft) { d.RemoveField(i) })
		change("twice "+name, func(d *message.Draft) { d.AddList(name, representation, values...) })
		for _, v := range hostileValues {
			change(name, func(d *message.Draft) { d.ReplaceField(i, representation, v) })
			change("list of "+name, func(d *message.Draft) { d.ReplaceField(i, representation, v, v, v) })
		}
	}
}

// endsByDesign are the scripts that a message may end, as it did in hekad, with what is said then.
var endsByDesign = map[string]string{
	"filters/cbufd_aggregator.lua":      "exceeded InjectMessage count", // a graph for each name
	"filters/cbufd_host_aggregator.lua": "exceed",                       // the same, and max_hosts
}

// No message, however wrong, ends a script that ships, whatever the clock says meanwhile.
func TestNoMessageEndsAScript(t *testing.T) {
	paths, err := filepath.Glob("testdata/plugins/*.txtar")
	if err != nil || len(paths) == 0 {
		t.Fatalf("no cases: %v", err)
	}
	for _, path := range paths {
		t.Run(strings.TrimSuffix(filepath.Base(path), ".txtar"), func(t *testing.T) {
			t.Parallel()
			archive, err := txtar.ParseFile(path)
			if err != nil {
				t.Fatal(err)
			}
			r := &pluginRun{t: t, now: time.Unix(1_400_000_000, 0), checked: true}
			attacks := 0
			for _, part := range archive.Files {
				verb, argument, _ := strings.Cut(part.Name, " ")
				switch {
				case verb == "options":
					r.open(string(part.Data))
					attacks = 0
				case verb == "message" && r.offline != nil && attacks < 2:
					r.attack(r.message(argument, string(part.Data)))
					attacks++
				}
			}
		})
	}
}

// attack hands the script everything hostile that a good message can become; the clock goes on, back and wild.
func (r *pluginRun) attack(good *message.Message) {
	script := strings.TrimPrefix(r.options.Filename, "../../lua_modules/")
	source, err := os.ReadFile(r.options.Filename)
	if err != nil {
		r.t.Fatal(err)
	}
	var ticks []time.Time
	if bytes.Contains(source, []byte("function timer_event")) {
		ticks = []time.Time{r.now, r.now.Add(time.Minute), r.now.Add(-time.Hour)}
	}
	hostile(good, func(what string, m *message.Message) {
		out := r.offline.Process(m, r.now)
		for _, now := range ticks {
			if !out.Terminated {
				out = r.offline.Tick(now)
			}
		}
		if !out.Terminated {
			return
		}
		if expected := endsByDesign[script]; expected == "" || !strings.Contains(out.Error, expected) {
			r.t.Errorf("%s ends: %s; the message is %.300s", what, out.Error, message.AppendJSON(nil, m))
		}
		r.restart()
	})
}
