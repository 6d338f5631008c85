package lua

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"lma_collector/collector/message"
	"lma_collector/collector/plugin"
	"lma_collector/collector/sandbox"
)

func draft(typ, payload string, fields map[string]any) *message.Message {
	d := &message.Draft{Type: typ, Logger: "openstack.nova", Hostname: "ctl1", Payload: payload}
	d.SetTimestamp(1_795_000_001e9)
	for name, value := range fields {
		switch v := value.(type) {
		case string:
			d.AddString(name, v)
		case float64:
			d.Add(name, "", message.FloatValue(v))
		}
	}
	b := message.NewBatch()
	b.Append(d)
	return b.At(0)
}

func openLMA(t testing.TB, kind plugin.Kind, script string, config map[string]any) *sandbox.Offline {
	t.Helper()
	o, err := sandbox.OpenOffline(sandbox.OfflineOptions{
		Kind: kind, Name: "test", Hostname: "ctl1", ShareDir: "../../lua_modules", Filename: script,
		ModuleDirectory: "../../lua_modules", Config: config, Start: time.Unix(1_795_000_000, 0),
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { o.Close() })
	return o
}

// What the original died of is refused with a reason, and the next message is taken.
func TestLMAScriptsLiveOn(t *testing.T) {
	const attached = `{"volume_attachment":[{"created_at":"2016-02-03T10:11:00","attach_time":"2016-02-03T10:11:05.5"}]}`
	attach := map[string]any{"event_type": "volume.attach.end"}
	cluster := func(status any) map[string]any { return map[string]any{"cluster_name": "nova", "value": status} }
	request := func(status, time any) map[string]any {
		return map[string]any{"http_method": "GET", "http_status": status, "http_response_time": time}
	}
	for _, c := range []struct {
		kind   plugin.Kind
		script string
		bad    []*message.Message
		reason string // what each refusal tells
		good   *message.Message
	}{
		{
			plugin.KindFilter, "filters/http_metrics_aggregator.lua",
			[]*message.Message{
				draft("log", "", request("abc", 1.0)), draft("log", "", request(1e300, 1.0)), draft("log", "", request("200", "fast")),
				draft("log", "", request("200", "nan")), draft("log", "", request(nil, 1.0)), draft("log", "", nil),
			},
			"http_",
			draft("log", "", request("200", "0.5")),
		},
		{
			plugin.KindFilter, "filters/resource_creation_time.lua",
			[]*message.Message{
				draft("notification", `{"volume_attachment":null}`, attach), draft("notification", `{"volume_attachment":[]}`, attach),
				draft("notification", `{"volume_attachment":[7]}`, attach), draft("notification", `{}`, attach), draft("notification", `7`, attach),
				draft("notification", `{"payload":7}`, attach), draft("notification", "", attach), draft("notification", attached, nil),
			},
			"",
			draft("notification", attached, attach),
		},
		{
			plugin.KindFilter, "filters/influxdb_annotation.lua",
			[]*message.Message{
				draft("m", "null", cluster(1.0)), draft("m", `{"alarms":7}`, cluster(1.0)), draft("m", `{"alarms":[7]}`, cluster(1.0)),
				draft("m", `{"alarms":[]}`, cluster(9.0)), draft("m", `{"alarms":[]}`, cluster("bad")), draft("m", `{"alarms":[]}`, nil),
			},
			"Cannot find",
			draft("m", `{"alarms":[{}]}`, cluster(1.0)),
		},
		{
			plugin.KindEncoder, "encoders/status_smtp.lua",
			[]*message.Message{
				draft("m", "null", cluster(1.0)), draft("m", `{"alarms":[7]}`, cluster(1.0)), draft("m", `{"alarms":[]}`, cluster(9.0)),
			},
			"Cannot find",
			draft("m", `{"alarms":[{"message":"x","tags":7,"fields":7,"value":"y"}]}`, cluster(1.0)),
		},
		{
			plugin.KindFilter, "filters/heka_monitoring.lua",
			[]*message.Message{draft("heka.all-report", "null", nil), draft("heka.all-report", "7", nil), draft("heka.all-report", "", nil)},
			"the report is no JSON",
			draft("heka.all-report", `{"filters":[7,{"Name":"a_filter"},{"Name":"b_filter","Memory":{"value":7}}],"decoders":7}`, nil),
		},
		{
			plugin.KindDecoder, "decoders/notification.lua",
			[]*message.Message{
				draft("amqp", "null", nil), draft("amqp", "7", nil), draft("amqp", `"s"`, nil), draft("amqp", `[]`, nil),
				draft("amqp", `{"oslo.version":"2.0","oslo.message":"null"}`, nil), draft("amqp", `{"oslo.version":"2.0"}`, nil),
				draft("amqp", `{"event_type":7,"payload":{}}`, nil), draft("amqp", `{"event_type":"x"}`, nil),
			},
			"Failed to parse",
			draft("amqp", `{"event_type":"volume.x","payload":{"state":"a"},"publisher_id":7,"timestamp":7}`, nil),
		},
		{
			plugin.KindDecoder, "decoders/metric.lua",
			[]*message.Message{
				draft("bulk_metric", "null", nil), draft("bulk_metric", `"s"`, nil), draft("bulk_metric", `[7]`, nil), draft("bulk_metric", `[{"value":1}]`, nil),
				draft("bulk_metric", `[{"name":"a"}]`, nil), draft("bulk_metric", `[{"name":"a","values":{}}]`, nil),
				draft("bulk_metric", `[{"name":"a","value":{}}]`, nil), draft("bulk_metric", `[{"name":"a","value":1,"tags":{"x":[]}}]`, nil),
			},
			"",
			draft("bulk_metric", `[{"name":"a","value":1}]`, nil),
		},
	} {
		t.Run(c.script, func(t *testing.T) {
			o := openLMA(t, c.kind, c.script, map[string]any{"interval": 10.0, "deserialize_bulk_metric_for_loggers": "openstack.nova"})
			for i, bad := range c.bad {
				out := o.Process(bad, time.Unix(1_795_000_001, 0))
				if out.Status >= 0 || out.Error == "" || !strings.Contains(out.Error, c.reason) {
					t.Errorf("bad %d: %+v", i, out)
				}
			}
			out := o.Process(c.good, time.Unix(1_795_000_002, 0))
			if c.kind == plugin.KindFilter && out.Status == 0 && len(out.Injected) == 0 {
				out = o.Tick(time.Unix(1_795_000_010, 0))
			}
			if out.Status != 0 || len(out.Injected) == 0 && len(out.Output) == 0 {
				t.Errorf("the good one: %+v", out)
			}
		})
	}
}

// Datapoints that are right are taken although others are wrong, and these are not lost without a word.
func TestMetricKeepsWhatIsWrong(t *testing.T) {
	o := openLMA(t, plugin.KindDecoder, "decoders/metric.lua", map[string]any{"deserialize_bulk_metric_for_loggers": "other openstack.nova"})
	payload := `[{"name":"a","value":1},{"name":"b","value":{"x":1}},{"name":"c","values":{"y":2,"x":false},"tags":{"t":"u"}}]`
	out := o.Process(draft("heka.sandbox.bulk_metric", payload, nil), time.Unix(1_795_000_001, 0))
	if out.Status != 0 || len(out.Injected) != 3 {
		t.Fatalf("%+v", out)
	}
	for i, want := range []struct{ typ, name string }{{"metric", "a"}, {"multivalue_metric", "c"}, {"heka.sandbox.bulk_metric", ""}} {
		if m := out.Injected[i]; m.Type() != want.typ || m.Text("name") != want.name || m.Logger() != "openstack.nova" {
			t.Errorf("%d: %s", i, message.AppendJSON(nil, m))
		}
	}
	rest := out.Injected[2]
	if rest.Payload() != `[{"name":"b","value":{"x":1}}]` || rest.Text("decode_error") != "the value of b is no single one" {
		t.Errorf("%s", message.AppendJSON(nil, rest))
	}
}

// A time with an offset is not moved by the zone of the configuration; what was in the record is gone all the same.
func TestExactTimesInAZone(t *testing.T) {
	o := openLMA(t, plugin.KindDecoder, "decoders/libvirt_log.lua", map[string]any{"tz": "Europe/Paris"})
	for text, want := range map[string]int64{
		"2016-02-03 10:11:12.5+0000: 4321: error : x\n": 1_454_494_272_500_000_000,
		"2016-02-03 10:11:12.5: 4321: error : x\n":      1_454_490_672_500_000_000,
	} {
		out := o.Process(draft("logfile", text, map[string]any{"old": "field"}), time.Unix(1_795_000_001, 0))
		if len(out.Injected) != 1 {
			t.Fatalf("%q: %+v", text, out)
		}
		m := out.Injected[0]
		if m.Timestamp() != want || m.Type() != "log" || m.Payload() != "x" || m.Severity() != 3 || m.Pid() != 4321 || m.Text("old") != "" || m.Text("programname") != "libvirt" {
			t.Errorf("%q: %s", text, message.AppendJSON(nil, m))
		}
	}
}

// Errors in a pattern are told with the pattern.
func TestHDDPatterns(t *testing.T) {
	for patterns, want := range map[string]string{"/[/": "/[/: ", "sd": "does not stand between slashes", " ": "is empty"} {
		_, err := sandbox.OpenOffline(sandbox.OfflineOptions{
			Kind: plugin.KindFilter, Name: "test", Hostname: "ctl1", ShareDir: "../..", Filename: "lua_modules/filters/hdd_errors_counter.lua",
			ModuleDirectory: "../../lua_modules", Config: map[string]any{"patterns": patterns}, Start: time.Unix(1_795_000_000, 0),
		})
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v", patterns, err)
		}
	}
}

// The notifier tells apart the AFDs of one host, and tells changes.
func TestNotifier(t *testing.T) {
	o := openLMA(t, plugin.KindFilter, "filters/gse_afd_tcp_notifier.lua", nil)
	status := func(source string, value float64) string {
		fields := map[string]any{"service": "mysql", "source": source, "value": value}
		out := o.Process(draft("heka.sandbox.afd_service_metric", `{"alarms":[]}`, fields), time.Unix(1_795_000_001, 0))
		if out.Status != 0 || len(out.Injected) > 1 {
			t.Fatalf("%+v", out)
		}
		if len(out.Injected) == 0 {
			return ""
		}
		m := out.Injected[0]
		if m.Type() != "heka.sandbox.gse_afd_notification" || m.Text("object") != "mysql/ctl1" || m.Text("alarm_source") != source {
			t.Errorf("%s", message.AppendJSON(nil, m))
		}
		return m.Text("title")
	}
	for i, step := range []struct {
		source string
		value  float64
		title  string
	}{
		{"check", 0, "General status is OKAY"},
		{"disk", 3, "General status is CRITICAL"},
		{"check", 0, ""},
		{"check", 1, "General status OKAY -> WARN"},
		{"disk", 3, ""},
		{"disk", 0, "General status CRITICAL -> OKAY"},
	} {
		if title := status(step.source, step.value); title != step.title {
			t.Errorf("step %d: %q, want %q", i, title, step.title)
		}
	}
}

// However many requests there are, a tick stays within the limits of a sandbox, and the percentile is near.
func TestHTTPMetricsOfManyRequests(t *testing.T) {
	o := openLMA(t, plugin.KindFilter, "filters/http_metrics_aggregator.lua", map[string]any{"interval": 10.0})
	for i := range 20_000 {
		fields := map[string]any{"http_method": "GET", "http_status": "200", "http_response_time": float64(i*7919%20_000) / 20_000}
		if out := o.Process(draft("log", "", fields), time.Unix(1_795_000_001, 0)); out.Status != 0 {
			t.Fatalf("%d: %+v", i, out)
		}
	}
	out := o.Tick(time.Unix(1_795_000_010, 0))
	if len(out.Injected) != 1 {
		t.Fatalf("%+v", out)
	}
	var points []struct{ Values map[string]float64 }
	if err := json.Unmarshal([]byte(out.Injected[0].Payload()), &points); err != nil || len(points) != 1 {
		t.Fatal(err, out.Injected[0].Payload())
	}
	v := points[0].Values
	if v["count"] != 20_000 || v["rate"] != 2000 || v["min"] != 0 || v["max"] != 0.99995 || v["upper_90"] < 0.8 || v["upper_90"] > 0.97 {
		t.Errorf("%v", v)
	}
}

// The samples of a notification are one message, what is known of their resources another.
func TestCeilometer(t *testing.T) {
	config := map[string]any{"metadata_fields": "flavor status nested", "decode_resources": true}
	o := openLMA(t, plugin.KindDecoder, "decoders/ceilometer.lua", config)
	inner := `{"timestamp":"2016-02-03 10:11:12","payload":[` +
		`{"counter_name":"cpu","counter_type":"cumulative","counter_unit":"ns","counter_volume":5.5,"resource_id":"r1","project_id":"p","user_id":"u",` +
		`"source":"openstack","timestamp":"2016-02-03T10:11:11Z","message_id":"m1","resource_metadata":{"flavor":"small","nested":{"a":1}}},` +
		`{"counter_name":"memory","counter_type":"gauge","counter_unit":"MB","counter_volume":512,"resource_id":"r1"},7]}`
	outer, err := json.Marshal(map[string]string{"oslo.message": inner})
	if err != nil {
		t.Fatal(err)
	}
	out := o.Process(draft("amqp", string(outer), nil), time.Unix(1_795_000_001, 0))
	if out.Status != 0 || len(out.Injected) != 2 {
		t.Fatalf("%+v", out)
	}
	var samples []struct {
		Name         string
		Timestamp    float64
		Values, Tags map[string]any
	}
	m := out.Injected[0]
	if err := json.Unmarshal([]byte(m.Payload()), &samples); err != nil || len(samples) != 2 || m.Type() != "ceilometer_samples" || m.Timestamp() != 1_454_494_272e9 {
		t.Fatalf("%v: %s", err, message.AppendJSON(nil, m))
	}
	first := samples[0]
	if first.Name != "sample" || first.Timestamp != 1_454_494_271e9 || first.Values["value"] != 5.5 || first.Values["unit"] != "ns" ||
		first.Tags["meter"] != "cpu" || first.Tags["metadata.flavor"] != "small" || first.Tags["metadata.nested"] != nil || samples[1].Timestamp != 1_454_494_272e9 {
		t.Errorf("%+v", samples)
	}
	var resources map[string]struct{ Meter map[string]map[string]string }
	if err := json.Unmarshal([]byte(out.Injected[1].Payload()), &resources); err != nil || resources["r1"].Meter["memory"]["unit"] != "MB" || resources["r1"].Meter["cpu"]["type"] != "cumulative" {
		t.Errorf("%v: %s", err, out.Injected[1].Payload())
	}
	for _, bad := range []string{"", "7", "{}", `{"oslo.message":"7"}`, `{"oslo.message":"{\"payload\":[]}"}`} {
		if out := o.Process(draft("amqp", bad, nil), time.Unix(1_795_000_002, 0)); out.Status >= 0 || out.Error == "" {
			t.Errorf("%q: %+v", bad, out)
		}
	}
}
