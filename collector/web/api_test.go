package web

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus/testutil/promlint"

	"lma_collector/collector/pipeline"
	"lma_collector/collector/plugin"
)

// answer asks for a path and reads its JSON.
func answer(t *testing.T, s *Server, path, token string, code int) map[string]any {
	t.Helper()
	w := get(s, path, token)
	var body map[string]any
	if err := json.Unmarshal(w.Body.Bytes(), &body); err != nil || w.Code != code {
		t.Fatalf("%s: %d, %v: %s", path, w.Code, err, w.Body)
	}
	return body
}

// at follows keys and indexes into JSON.
func at(t *testing.T, v any, path ...any) any {
	t.Helper()
	for _, p := range path {
		switch p := p.(type) {
		case string:
			m, _ := v.(map[string]any)
			v = m[p]
		case int:
			l, _ := v.([]any)
			if p >= len(l) {
				t.Fatalf("nothing at %v", path)
			}
			v = l[p]
		}
	}
	return v
}

func TestAPIStatus(t *testing.T) {
	body := answer(t, fixed(t), "/api/status", "", http.StatusOK)
	for want, got := range map[any]any{
		"CRITICAL": at(t, body, "status"), "env-1": at(t, body, "environment"), 1.0: at(t, body, "silent"),
		"nova-control-plane": at(t, body, "global", 1, "name"), "mysql-fs": at(t, body, "nodes", 0, "members", 0, "member"),
		"The MySQL filesystem is nearly full": at(t, body, "nodes", 0, "members", 0, "alarms", 0, "message"),
		"2026-11-20T07:18:44Z":                at(t, body, "time"),
	} {
		if got != want {
			t.Errorf("%v, want %v", got, want)
		}
	}
}

func TestAPIPlugins(t *testing.T) {
	body := answer(t, fixed(t), "/api/plugins", "", http.StatusOK)
	for want, got := range map[any]any{
		10.0: at(t, body, "rate_window_seconds"), "nova_logstreamer": at(t, body, "plugins", 1, "name"),
		1200.0: at(t, body, "plugins", 1, "rates", "messages"), 40.0: at(t, body, "plugins", 2, "rates", "processed"),
		"waiting": at(t, body, "plugins", 4, "state"), 18000.0: at(t, body, "plugins", 4, "queue", "messages"),
	} {
		if got != want {
			t.Errorf("%v, want %v", got, want)
		}
	}
	if rate, known := at(t, body, "plugins", 1, "rates").(map[string]any)["unacknowledged_bytes"]; known {
		t.Errorf("a gauge has the rate %v", rate)
	}
}

func TestRatesCoverTheLastSamples(t *testing.T) {
	var r sampler
	if list, window := r.rated(report(5)); window != 0 || len(list[1].Rates) != 0 {
		t.Errorf("without a sample: %v over %v", list[1].Rates, window)
	}
	for n := int64(0); n < 20; n += 5 {
		r.add(report(n))
	}
	list, window := r.rated(report(20))
	if window.Seconds() != 10 || list[1].Rates["messages"] != 1200 {
		t.Errorf("%v messages/s over %v", list[1].Rates["messages"], window)
	}
}

func TestAPILogs(t *testing.T) {
	s := fixed(t)
	s.openToken()
	body := answer(t, s, "/api/logs?severity=error&q=traceback", s.token.get(), http.StatusOK)
	if at(t, body, "seen") != 3.0 || len(at(t, body, "logs").([]any)) != 1 || at(t, body, "logs", 0, "program") != "nova-scheduler" {
		t.Errorf("%v", body)
	}
	if body := answer(t, s, "/api/logs?limit=2", s.token.get(), http.StatusOK); len(at(t, body, "logs").([]any)) != 2 {
		t.Errorf("%v", body)
	}
	if body := answer(t, s, "/api/logs?q=absent", s.token.get(), http.StatusOK); len(at(t, body, "logs").([]any)) != 0 {
		t.Errorf("%v", body)
	}
	bad := answer(t, s, "/api/logs?limit=many", s.token.get(), http.StatusBadRequest)
	if want := `limit must be a number of messages from 1 to 500, not "many"`; bad["error"] != want {
		t.Errorf("%q, want %q", bad["error"], want)
	}
}

func TestHealth(t *testing.T) {
	all := func(states ...string) pipeline.Report {
		r := pipeline.Report{Time: noon}
		for _, state := range states {
			r.Plugins = append(r.Plugins, pipeline.PluginReport{Name: state, Type: "X", Kind: plugin.KindInput, State: state, Since: noon})
		}
		return r
	}
	complaining := all(pipeline.StateRunning)
	complaining.Plugins[0].Conditions = []plugin.Condition{{Key: "b", Since: noon}, {Key: "a", Since: ago(3)}}
	for _, c := range []struct {
		name         string
		report       pipeline.Report
		status       string
		code, strict int
	}{
		{"all run", all(pipeline.StateRunning, pipeline.StateFinished), working, 200, 200},
		{"one waits", all(pipeline.StateRunning, pipeline.StateWaiting), degraded, 200, 503},
		{"one complains", complaining, degraded, 200, 503},
		{"one failed", all(pipeline.StateRunning, pipeline.StateFailed), failing, 503, 503},
		{"none runs yet", all(pipeline.StateStarting), failing, 503, 503},
		{"only waiting", all(pipeline.StateWaiting), failing, 503, 503},
		{"nothing", all(), failing, 503, 503},
	} {
		s := fixed(t)
		s.o.Report = func() pipeline.Report { return c.report }
		if body := answer(t, s, "/health", "", c.code); body["status"] != c.status {
			t.Errorf("%s: %v", c.name, body)
		}
		answer(t, s, "/health?strict", "", c.strict)
	}
	if d := judge(complaining).Degraded; len(d) != 1 || !d[0].Since.Equal(ago(3)) {
		t.Errorf("degraded since %v", d)
	}
}

func TestMetrics(t *testing.T) {
	s := fixed(t)
	w := get(s, "/metrics", "")
	if w.Code != http.StatusOK {
		t.Fatalf("%d %s", w.Code, w.Body)
	}
	body := w.Body.String()
	wantContains(t, body,
		`lma_collector_build_info{goversion="go`, `lma_collector_start_time_seconds 1.7`,
		`lma_collector_messages_total{kind="input",plugin="nova_logstreamer",type="LogstreamerInput"} 1.212e+06`,
		`lma_collector_unacknowledged_bytes{kind="input",plugin="nova_logstreamer",type="LogstreamerInput"} 70000`,
		`lma_collector_read_bytes_total{kind="input",label="/var/log/nova/nova-api.log",plugin="nova_logstreamer",type="LogstreamerInput"} 5120`,
		`lma_collector_busy_seconds_total{kind="filter",plugin="afd",type="AFDFilter"} 121.2`,
		`lma_collector_plugin_running{kind="output",plugin="elasticsearch_output",type="ElasticSearchOutput"} 0`,
		`lma_collector_plugin_restarts_total{kind="output",plugin="elasticsearch_output",type="ElasticSearchOutput"} 4`,
		`lma_collector_plugin_conditions{kind="input",plugin="mysql_logstreamer",type="LogstreamerInput"} 1`,
		`lma_collector_queue_max_messages{kind="filter",plugin="afd",type="AFDFilter"} 20000`,
		`lma_collector_cluster_status{cluster="mysql",level="global"} 3`,
		`lma_collector_member_status{cluster="mysql-nodes",hostname="ctl1",level="node",member="mysql-fs"} 3`,
		"# HELP lma_collector_busy_seconds_total seconds spent in the plugin", "go_goroutines ", "process_open_fds ")
	problems, err := promlint.New(strings.NewReader(body)).Lint()
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range problems {
		if strings.HasPrefix(p.Metric, metricPrefix) {
			t.Errorf("%s: %s", p.Metric, p.Text)
		}
	}
}

// Plugins name their numbers as they like: none of it may break the metrics of the others.
func TestMetricsOfUnfortunateNames(t *testing.T) {
	s := fixed(t)
	s.o.Report = func() pipeline.Report {
		r := report(10)
		r.Plugins[0].Numbers = []pipeline.Number{
			{Name: "records", Help: "another kind of record", Value: 7},
			{Name: "Strange name-1", Help: "one help", Label: "\xff", Value: 8},
		}
		r.Plugins[1].Numbers = []pipeline.Number{{Name: "strange_name_1", Help: "another help", Value: 9}}
		return r
	}
	w := get(s, "/metrics", "")
	if w.Code != http.StatusOK {
		t.Fatalf("%d %s", w.Code, w.Body)
	}
	wantContains(t, w.Body.String(), `lma_collector_plugin_records_total{kind="input",plugin="mysql_logstreamer",type="LogstreamerInput"} 7`,
		`lma_collector_records_total{kind="input",plugin="nova_logstreamer",type="LogstreamerInput"} 12000`,
		`plugin="mysql_logstreamer",type="LogstreamerInput"} 8`, `plugin="nova_logstreamer",type="LogstreamerInput"} 9`, "lma_collector_cluster_status")
}

func TestAssetsAndUnknownPaths(t *testing.T) {
	s := fixed(t)
	for name, kind := range map[string]string{"page.css": "text/css; charset=utf-8", "page.js": "text/javascript; charset=utf-8", "icon.svg": "image/svg+xml"} {
		w := get(s, "/assets/"+name, "")
		if w.Code != http.StatusOK || w.Header().Get("Content-Type") != kind || w.Body.Len() == 0 {
			t.Errorf("%s: %d %q", name, w.Code, w.Header().Get("Content-Type"))
		}
		again := ask(s, "GET", "/assets/"+name, func(r *http.Request) { r.Header.Set("If-None-Match", w.Header().Get("ETag")) })
		if again.Code != http.StatusNotModified {
			t.Errorf("%s is sent again: %d", name, again.Code)
		}
	}
	for _, path := range []string{"/assets/overview.html", "/assets/..%2fserver.go", "/plugins/absent", "/nothing", "/api/nothing"} {
		if w := get(s, path, ""); w.Code != http.StatusNotFound {
			t.Errorf("%s: %d", path, w.Code)
		}
	}
}
