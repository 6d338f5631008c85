package web

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"lma_collector/collector/health"
	"lma_collector/collector/message"
	"lma_collector/collector/pipeline"
	"lma_collector/collector/plugin"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var noon = time.Date(2026, 11, 20, 7, 18, 44, 0, time.UTC)

func ago(d time.Duration) time.Time { return noon.Add(-d) }

// fixedHealth is a Health with a tree that the test sets.
type fixedHealth struct {
	mu   sync.Mutex
	tree health.Tree
	take bool
}

func (f *fixedHealth) Take(*message.Message) bool { return f.take }

func (f *fixedHealth) Tree() health.Tree {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.tree
}

func fullDisk() health.AlarmState {
	return health.AlarmState{
		Severity: "CRITICAL", Message: "The MySQL filesystem is nearly full", Function: "min", Metric: "fs_space_percent_free",
		Fields: map[string]any{"fs": "/var/lib/mysql"}, Operator: "<", Threshold: 5, Value: 4, Window: 60, Name: "mysql-fs-critical",
		Runbook: "https://runbooks.example/mysql#filesystem",
	}
}

func from(a health.AlarmState, name, level, host string) health.AlarmState {
	a.Tags = map[string]string{"dependency_name": name, "dependency_level": level}
	a.Hostname = host
	return a
}

func faultyTree() health.Tree {
	slow := health.AlarmState{
		Severity: "WARN", Message: "Too many errors in the Nova <b>logs</b>", Function: "max", Metric: "log_messages",
		Fields: map[string]any{"service": "nova", "level": "error"}, Operator: ">", Threshold: 0.1, Value: 0.53333,
	}
	cluster := func(level, name string, s health.Status, d time.Duration, alarms ...health.AlarmState) health.ClusterState {
		return health.ClusterState{Level: level, Name: name, Status: s, Since: ago(d), Seen: ago(4 * time.Second), Reported: true, Alarms: alarms}
	}
	mysqlNodes := cluster("node", "mysql-nodes", health.Critical, 4*time.Minute, from(fullDisk(), "mysql-fs", "direct", "ctl1"))
	mysqlNodes.Members = []health.MemberState{
		{Member: "mysql-fs", Host: "ctl1", Status: health.Critical, Since: ago(4 * time.Minute), Seen: ago(time.Second), Alarms: []health.AlarmState{fullDisk()}},
		{Member: "mysql-fs", Host: "ctl2", Status: health.Okay, Since: ago(50 * time.Hour), Seen: ago(time.Second)},
		{Member: "cpu", Host: "ctl3", Status: health.Unknown, Since: ago(3 * time.Minute), Seen: ago(3 * time.Minute), Silent: true},
	}
	nova := cluster("service", "nova-logs", health.Warning, time.Minute, from(slow, "error", "direct", ""))
	nova.Members = []health.MemberState{{Member: "error", Host: "ctl1", Status: health.Warning, Since: ago(time.Minute), Seen: ago(time.Second), Alarms: []health.AlarmState{slow}}}
	rabbit := cluster("service", "rabbitmq-service", health.Okay, 9*time.Hour)
	for _, host := range []string{"ctl1", "ctl2", "ctl3"} {
		rabbit.Members = append(rabbit.Members, health.MemberState{Member: "queue", Host: host, Status: health.Okay, Since: ago(9 * time.Hour), Seen: ago(time.Second)})
	}
	return health.Tree{
		Status: health.Critical, Okay: 4, Faulty: 2, Silent: 1,
		Global: []health.ClusterState{
			cluster("global", "mysql", health.Critical, 4*time.Minute, from(fullDisk(), "mysql-nodes", "direct", "ctl1")),
			cluster("global", "nova-control-plane", health.Warning, time.Minute, from(slow, "nova-logs", "direct", ""), from(fullDisk(), "mysql", "hint", "ctl1")),
			{Level: "global", Name: "cinder", Status: health.Unknown, Since: ago(30 * time.Minute), Seen: ago(30 * time.Minute), Reported: true, Silent: true},
			cluster("global", "keystone", health.Okay, 26*time.Hour),
			cluster("global", "rabbitmq", health.Okay, 9*time.Hour),
			cluster("global", "system", health.Okay, 9*time.Hour),
		},
		Services: []health.ClusterState{nova, rabbit},
		Nodes:    []health.ClusterState{mysqlNodes},
	}
}

// report is the state of some plugins after n seconds of work.
func report(n int64) pipeline.Report {
	at := func(name, typ string, kind plugin.Kind) pipeline.PluginReport {
		return pipeline.PluginReport{Name: name, Type: typ, Kind: kind, State: pipeline.StateRunning, Since: ago(75 * time.Hour)}
	}
	nova := at("nova_logstreamer", "LogstreamerInput", plugin.KindInput)
	nova.Counters = []pipeline.Counter{
		{Name: "records", Help: "records read", Value: 1200 * n},
		{Name: "bytes", Help: "bytes of records read", Value: 314400 * n},
		{Name: "messages", Help: "messages made of records", Value: 1200 * n},
		{Name: "decode_failures", Help: "records that could not be decoded", Value: 3},
		{Name: "unacknowledged_bytes", Help: "bytes of messages not yet delivered", Value: 70000, Gauge: true},
	}
	nova.Numbers = []pipeline.Number{{Name: "read_bytes", Label: "/var/log/nova/nova-api.log", Help: "bytes read of the file", Value: 5120}}
	mysql := at("mysql_logstreamer", "LogstreamerInput", plugin.KindInput)
	mysql.Conditions = []plugin.Condition{{
		Key: "/var/log/mysql/error.log", Since: ago(26 * time.Hour),
		Text: "/var/log/mysql/error.log cannot be read: permission denied: add this user to the group adm",
	}}
	mysql.Counters = []pipeline.Counter{{Name: "records", Help: "records read"}, {Name: "messages", Help: "messages made of records"}}
	afd := at("afd", "AFDFilter", plugin.KindFilter)
	afd.Queue = &pipeline.QueueReport{Messages: 12, Bytes: 6000, MaxMessages: 20000, MaxBytes: 8 << 20, WhenFull: "drop_oldest"}
	afd.Counters = []pipeline.Counter{
		{Name: "matched", Help: "messages that the matcher took", Value: 40 * n},
		{Name: "processed", Help: "messages processed", Value: 40 * n},
		{Name: "injected", Help: "messages injected", Value: n / 2},
		{Name: "busy_ns", Help: "nanoseconds spent in the plugin", Value: 120e6 * n},
	}
	door := at("door_filter", "SandboxFilter", plugin.KindFilter)
	door.Since, door.Restarts = ago(40*time.Second), 7
	door.LastError = "terminated: process_message() instruction_limit exceeded (at /etc/lma_collector/lua/door.lua:2; instruction_limit is 1000000)"
	door.Counters = []pipeline.Counter{{Name: "failures", Help: "errors while processing, or failed attempts to deliver", Value: 7}}
	door.Numbers = []pipeline.Number{
		{Name: "lua_time_ns", Help: "nanoseconds in the script, by a sample of the calls", Value: 45_130_534},
		{Name: "lua_memory_bytes", Help: "bytes that the script holds, as C Lua counts them", Value: 6417, Gauge: true},
		{Name: "lua_deaths", Help: "times that the script was ended by an error or a limit", Value: 7},
	}
	es := at("elasticsearch_output", "ElasticSearchOutput", plugin.KindOutput)
	es.State, es.Since, es.Restarts = pipeline.StateWaiting, ago(90*time.Second), 4
	es.LastError = `Post "http://10.0.0.5:9200/_bulk": dial tcp 10.0.0.5:9200: connect: connection refused`
	es.Queue = &pipeline.QueueReport{Messages: 18000, Bytes: 7 << 20, MaxMessages: 20000, MaxBytes: 8 << 20, WhenFull: "block"}
	es.Counters = []pipeline.Counter{
		{Name: "matched", Help: "messages that the matcher took", Value: 1200 * n},
		{Name: "delivered", Help: "messages delivered", Value: 900 * n},
		{Name: "failures", Help: "errors while processing, or failed attempts to deliver", Value: n},
		{Name: "refused", Help: "messages refused and kept as dead letters", Value: 2},
	}
	es.Matcher = "Type == 'log'"
	tap := at("status_page_logs", "tap", plugin.KindFilter)
	tap.Queue = &pipeline.QueueReport{MaxMessages: 5000, WhenFull: "drop_oldest"}
	tap.Counters = []pipeline.Counter{
		{Name: "processed", Help: "messages processed", Value: 1000 * n},
		{Name: "dropped_full", Help: "messages dropped because the queue was full", Value: 200 * n},
	}
	return pipeline.Report{Time: noon.Add(time.Duration(n) * time.Second), Plugins: []pipeline.PluginReport{mysql, nova, afd, tap, es, door}}
}

// logMessage makes a message of headers and fields.
func logMessage(t testing.TB, severity int32, program, text string) *message.Message {
	t.Helper()
	b := message.NewBatch()
	t.Cleanup(b.Release)
	d := &message.Draft{Type: "log", Logger: "openstack.nova", Payload: text, Hostname: "ctl1"}
	d.SetTimestamp(ago(10 * time.Second).UnixNano())
	d.SetSeverity(severity)
	d.AddString("severity_label", severityLabel(int(severity)))
	d.AddString("programname", program)
	b.Append(d)
	return b.At(b.Len() - 1)
}

// fixed is a server of fixed time, statuses, plugins and logs.
func fixed(t testing.TB) *Server {
	t.Helper()
	s := New(Options{
		Hostname: "ctl1", Environment: "env-1", Version: "1.2.3", Started: ago(75 * time.Hour),
		Report: func() pipeline.Report { return report(1010) }, Health: &fixedHealth{tree: faultyTree()},
		TokenFile: filepath.Join(t.TempDir(), "status_token"), Log: slog.New(slog.DiscardHandler),
	})
	s.now = func() time.Time { return noon }
	s.rates.add(report(1000))
	s.LogSeen(logMessage(t, 6, "nova-api", "10.0.0.9 \"GET /v2.1/servers HTTP/1.1\" status: 200 len: 1893 time: 0.0912"))
	s.LogSeen(logMessage(t, 4, "nova-compute", "While synchronizing instance power states, found 3 instances in the database and 2 instances on the hypervisor."))
	s.LogSeen(logMessage(t, 3, "nova-scheduler", "Exception during message handling\nTraceback (most recent call last):\n  File \"server.py\", line 165, in _process\nNoValidHost: No valid host was found."))
	return s
}

// get asks the server for a path, with the token where one is given.
func get(s *Server, path, token string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodGet, "http://localhost:4352"+path, nil)
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	w := httptest.NewRecorder()
	s.Handler().ServeHTTP(w, r)
	return w
}

func wantContains(t *testing.T, body string, parts ...string) {
	t.Helper()
	for _, p := range parts {
		if !strings.Contains(body, p) {
			t.Errorf("there is no %q in\n%s", p, body)
		}
	}
}
