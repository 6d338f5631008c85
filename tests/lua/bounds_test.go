package lua

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"lma_collector/collector/message"
	"lma_collector/collector/plugin"
)

// What comes from outside takes no more room than a script gives it, and the last thing that fits is taken.
func TestBounds(t *testing.T) {
	named := func(field, value string) *message.Message { return draft("t", "", map[string]any{field: value}) }
	host := func(length int) *message.Message {
		b := message.NewBatch()
		b.Append(&message.Draft{Hostname: strings.Repeat("h", length), Timestamp: 1, HasTimestamp: true})
		return b.At(0)
	}
	cbufd := func(length int) *message.Message {
		header := `{"rows":2,"columns":1,"seconds_per_row":10,"column_info":[{"name":"s","unit":"count","aggregation":"sum"}]}`
		return draft("t", header+"\n10\t1\n", map[string]any{"payload_name": strings.Repeat("n", length)})
	}
	cluster := func(length int) *message.Message {
		return draft("t", `{"alarms":[]}`, map[string]any{"cluster_name": strings.Repeat("c", length), "value": 1.0})
	}
	for _, c := range []struct {
		script, reason string
		fits, not      *message.Message
	}{
		{"filters/frequent_items.lua", "longer than 2048 bytes", named("v", strings.Repeat("x", 2048)), named("v", strings.Repeat("x", 2049))},
		{"filters/heartbeat.lua", "longer than 255 bytes", host(255), host(256)},
		{"filters/cbufd_aggregator.lua", "no cbufd with a name", cbufd(255), cbufd(256)},
		{"filters/influxdb_annotation.lua", "Cannot find the name", cluster(255), cluster(256)},
	} {
		o := openLMA(t, plugin.KindFilter, c.script, map[string]any{"message_variable": "Fields[v]"})
		if out := o.Process(c.fits, time.Unix(1_795_000_001, 0)); out.Status != 0 {
			t.Errorf("%s: %+v", c.script, out)
		}
		if out := o.Process(c.not, time.Unix(1_795_000_001, 0)); out.Status != -1 || !strings.Contains(out.Error, c.reason) {
			t.Errorf("%s: %+v", c.script, out)
		}
	}
}

// The kernel's log may name as many disks as it likes, in messages of any length: of these the beginning counts.
func TestDisksThatAreCounted(t *testing.T) {
	o := openLMA(t, plugin.KindFilter, "filters/hdd_errors_counter.lua", map[string]any{"patterns": "/error%s(%w+)/", "grace_interval": 100.0})
	process := func(text string) (int, string) {
		out := o.Process(draft("log", text, nil), time.Unix(1_795_000_001, 0))
		return out.Status, out.Error
	}
	for i := range 999 {
		if status, err := process(fmt.Sprintf("error sd%d", i)); status != 0 {
			t.Fatal(status, err)
		}
	}
	if status, _ := process(strings.Repeat("x", 2048) + "error far"); status != 0 {
		t.Error("what is not searched has a device")
	}
	if status, _ := process(strings.Repeat("x", 2039) + "error nea" + "r"); status != 0 { // the last of its name is cut
		t.Error("the 1000th device is refused")
	}
	if status, err := process("error one"); status != -1 || !strings.Contains(err, "too many devices: one") {
		t.Error("the 1001st device:", status, err)
	}
	if status, err := process("error sd7"); status != 0 {
		t.Error("a known device:", err)
	}
	o.Tick(time.Unix(1_795_000_010, 0))
	process("error nea")
	out := o.Tick(time.Unix(1_795_000_020, 0))
	devices := 0
	for _, m := range out.Injected {
		devices += strings.Count(m.Payload(), `"device"`)
		if strings.Contains(m.Payload(), `"nea"`) != strings.Contains(m.Payload(), `"value":0.1`) {
			t.Error("the rate of the device is missing")
		}
	}
	if devices != 1000 {
		t.Errorf("%d devices", devices)
	}
}

// A mail has as many alarms as fit.
func TestMailOfManyAlarms(t *testing.T) {
	var alarms []map[string]any
	for i := range 400 {
		alarms = append(alarms, map[string]any{"message": fmt.Sprintf("%04d%s", i, strings.Repeat("x", 120)), "severity": "WARN"})
	}
	payload, err := json.Marshal(map[string]any{"alarms": alarms})
	if err != nil {
		t.Fatal(err)
	}
	o := openLMA(t, plugin.KindEncoder, "encoders/status_smtp.lua", nil)
	out := o.Process(draft("t", string(payload), map[string]any{"cluster_name": "nova", "value": 1.0}), time.Unix(1_795_000_001, 0))
	text := string(out.Output)
	if out.Status != 0 || len(text) > 32<<10 || len(text) < 31<<10 || !strings.HasPrefix(text, "nova status is WARN\n0000xx") || !strings.HasSuffix(text, "current=)") {
		t.Errorf("status %d %s, %d bytes: %.200s", out.Status, out.Error, len(text), text)
	}
}

// A host whose clock is ahead is silent when nothing comes any more, not when its clock would say so.
func TestHeartbeatFromTheFuture(t *testing.T) {
	o := openLMA(t, plugin.KindFilter, "filters/heartbeat.lua", nil)
	d := &message.Draft{Hostname: "ahead"}
	d.SetTimestamp(1_795_086_400e9)
	b := message.NewBatch()
	b.Append(d)
	o.Process(b.At(0), time.Unix(1_795_000_000, 0))
	if out := o.Tick(time.Unix(1_795_000_030, 0)); len(out.Injected) != 1 {
		t.Errorf("after 30 s: %d payloads", len(out.Injected))
	}
	if out := o.Tick(time.Unix(1_795_000_031, 0)); len(out.Injected) != 2 || out.Injected[0].Payload() != "Missing Heartbeat - ahead\n" {
		t.Errorf("after 31 s: %d payloads", len(out.Injected))
	}
}

// A clock that is set back stops nothing: what is sent at an interval is sent.
func TestClockSetBack(t *testing.T) {
	const start = 1_795_000_000
	t.Run("logs_counter", func(t *testing.T) {
		o := openLMA(t, plugin.KindFilter, "filters/logs_counter.lua", nil)
		tick := func(seconds int64) int { return len(o.Tick(time.Unix(seconds, 0)).Injected) }
		d := &message.Draft{Logger: "a"}
		d.SetSeverity(3)
		process := func(seconds int64) {
			d.SetTimestamp(seconds * 1e9)
			b := message.NewBatch()
			b.Append(d)
			o.Process(b.At(0), time.Unix(seconds, 0))
		}
		process(start + 1)
		if n := tick(start + 10); n != 1 {
			t.Errorf("%d messages", n)
		}
		tick(start - 3600)
		process(start - 3599)
		out := o.Tick(time.Unix(start-3590, 0))
		if len(out.Injected) != 1 || !strings.Contains(out.Injected[0].Payload(), `"value":0.1`) {
			t.Errorf("%+v", out)
		}
	})
	t.Run("influxdb_accumulator", func(t *testing.T) {
		o := openLMA(t, plugin.KindFilter, "filters/influxdb_accumulator.lua", nil)
		for _, seconds := range []int64{start + 10, start - 3600} {
			o.Process(draft("metric", "", map[string]any{"name": "a", "value": 1.0}), time.Unix(seconds, 0))
			if out := o.Tick(time.Unix(seconds, 0)); len(out.Injected) != 1 {
				t.Errorf("at %d: %+v", seconds, out)
			}
		}
	})
	t.Run("gse_cluster_filter", func(t *testing.T) {
		o := openLMA(t, plugin.KindFilter, "filters/gse_cluster_filter.lua", map[string]any{
			"output_message_type": "gse_cluster_metric", "output_metric_name": "cluster_status", "source": "gse", "interval": 10.0,
			"member_field": "source", "activation": "always", "warm_up_period": 20.0,
			"definitions": `{"clusters":{"c":{"members":["cpu"],"policy":"p"}},"policies":{"p":[{"status":"unknown","trigger":{"rules":[{"function":"count","arguments":["unknown"],"relational_operator":">","threshold":0}]}},{"status":"okay"}]}}`,
		})
		report := draft("m", `{"alarms":[]}`, map[string]any{"source": "cpu", "hostname": "ctl1", "value": 0.0})
		status := func(seconds int64) (list []float64) {
			for _, m := range o.Tick(time.Unix(seconds, 0)).Injected {
				v, _ := m.Value("value")
				list = append(list, v.Float())
			}
			return list
		}
		o.Process(report, time.Unix(start, 0))
		for _, step := range []struct {
			seconds int64
			want    []float64
		}{
			{start, nil},
			{start + 21, []float64{0}},
			{start + 25, nil},
			{start - 3600, nil}, // the warm-up begins anew
			{start - 3579, []float64{0}},
			{start - 3570, nil},
			{start - 3569, []float64{0}},
			{start - 3420, []float64{0}},
			{start - 3410, []float64{2}}, // 190 s without a report, of which the clock knows
		} {
			if got := status(step.seconds); fmt.Sprint(got) != fmt.Sprint(step.want) {
				t.Errorf("at %d: %v, want %v", step.seconds-start, got, step.want)
			}
		}
	})
	t.Run("afd", func(t *testing.T) {
		o := openLMA(t, plugin.KindFilter, "filters/afd.lua", map[string]any{
			"definitions": `{"groups":[{"type":"node","cluster":"c","member":"m","alarms":[{"name":"a","severity":"warning","trigger":{"rules":[` +
				`{"metric":"load","function":"last","relational_operator":">","threshold":5,"window":60}]}}]}]}`,
		})
		load := func(seconds int64, value float64) {
			d := &message.Draft{Type: "metric"}
			d.SetTimestamp(seconds * 1e9)
			d.AddString("name", "load")
			d.AddFloat("value", "", value)
			b := message.NewBatch()
			b.Append(d)
			o.Process(b.At(0), time.Unix(seconds, 0))
		}
		o.Tick(time.Unix(start, 0))
		load(start+5, 1)
		o.Tick(time.Unix(start-3600, 0))
		for s := int64(start - 3600); s < start-3530; s += 10 {
			load(s, 9)
		}
		out := o.Tick(time.Unix(start-3530, 0))
		if len(out.Injected) != 1 {
			t.Fatalf("%+v", out)
		}
		if v, _ := out.Injected[0].Value("value"); v.Float() != 1 {
			t.Errorf("%s", message.AppendJSON(nil, out.Injected[0]))
		}
	})
}

// A filter remembers the statuses of so many clusters, and of these all.
func TestClustersThatAreRemembered(t *testing.T) {
	outcome := runLua(t, `
		local statuses = require("last_status").new()
		for i = 1, 10000 do same(statuses:set("c" .. i, 0), true) end
		same(statuses:set("one more", 0), false)
		same(statuses:get("one more"), nil)
		same(statuses:set("c7", 3), true)
		same(statuses:get("c7"), 3)`)
	if outcome.Terminated {
		t.Errorf("%+v", outcome)
	}
}
