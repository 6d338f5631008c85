package logscounter

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"sort"
	"strings"
	"testing"
	"time"

	"lma_collector/collector/message"
	"lma_collector/collector/plugin"
)

var start = time.Unix(1795161600, 0)

// run is a filter with what it injected.
type run struct {
	t      testing.TB
	filter plugin.Filter
	env    *plugin.Env
	sent   []*message.Message
	refuse error
}

func newRun(t testing.TB, change func(*Config, *plugin.Env)) *run {
	t.Helper()
	r := &run{t: t}
	r.env = &plugin.Env{Name: "logs_counter_filter", Hostname: "ctl1", TickerInterval: time.Minute, Health: &plugin.Health{}, Metrics: &plugin.Metrics{}}
	r.env.Inject = func(d *message.Draft) error {
		m, err := message.Index(d.Encode(nil))
		if err != nil || r.refuse != nil {
			return errors.Join(err, r.refuse)
		}
		r.sent = append(r.sent, &m)
		return nil
	}
	c := defaultConfig()
	c.Clock = func() time.Time { return start.Add(300 * time.Millisecond) }
	if change != nil {
		change(c, r.env)
	}
	var err error
	if r.filter, err = c.NewFilter(r.env); err != nil {
		t.Fatal(err)
	}
	return r
}

const unset = -99

func logMessage(t testing.TB, logger, label string, severity int32, at time.Time) *message.Message {
	t.Helper()
	d := message.Draft{Type: "log", Logger: logger, Hostname: "cmp7", Payload: "text"}
	d.SetTimestamp(at.UnixNano())
	if severity != unset {
		d.SetSeverity(severity)
	}
	if label != "" {
		d.AddString("severity_label", label)
	}
	m, err := message.Index(d.Encode(nil))
	if err != nil {
		t.Fatal(err)
	}
	return &m
}

func (r *run) log(logger, label string, severity int32, at time.Time) error {
	return r.filter.Process(logMessage(r.t, logger, label, severity, at))
}

func (r *run) tick(at time.Time) {
	r.t.Helper()
	if err := r.filter.Tick(at); err != nil {
		r.t.Fatal(err)
	}
}

type point struct {
	Name  string
	Value float64
	Tags  map[string]string
}

// rates are the datapoints other than 0 of all that was sent, as service/level=value.
func (r *run) rates() (rates []string, points int) {
	r.t.Helper()
	for _, m := range r.sent {
		var list []point
		if err := json.Unmarshal([]byte(m.Payload()), &list); err != nil {
			r.t.Fatalf("%v: %s", err, m.Payload())
		}
		points += len(list)
		for _, p := range list {
			if p.Value != 0 {
				rates = append(rates, fmt.Sprintf("%s/%s=%g", p.Tags["service"], p.Tags["level"], p.Value))
			}
		}
	}
	r.sent = nil
	sort.Strings(rates)
	return rates, points
}

func TestMessage(t *testing.T) {
	r := newRun(t, func(c *Config, env *plugin.Env) {
		c.Source, c.Hostname = "logs_counter", "ctl1.example"
		env.Tags = []plugin.Tag{{Name: "environment_label", Value: "east"}}
	})
	for range 3 {
		if err := r.log("openstack.nova", "ERROR", 3, start.Add(time.Second)); err != nil {
			t.Fatal(err)
		}
	}
	r.tick(start.Add(time.Minute))
	if len(r.sent) != 1 {
		t.Fatalf("%d messages, want 1", len(r.sent))
	}
	got := string(message.AppendJSON(nil, r.sent[0]))
	point := func(level string, value string) string {
		return `{\"name\":\"log_messages\",\"tags\":{\"hostname\":\"ctl1.example\",\"service\":\"nova\",\"level\":\"` + level + `\"},\"value\":` + value + `}`
	}
	for _, want := range []string{
		`"type":"heka.sandbox.bulk_metric"`, `"logger":"logs_counter_filter"`, `"hostname":"ctl1"`, `"severity":6`,
		`"payload":"[` + point("alert", "0") + `,` + point("critical", "0") + `,` + point("debug", "0") + `,` + point("emergency", "0") +
			`,` + point("error", "0.05") + `,` + point("info", "0") + `,` + point("notice", "0") + `,` + point("warning", "0") + `]"`,
	} {
		if !strings.Contains(strings.ReplaceAll(got, `": `, `":`), want) {
			t.Errorf("%s\nis not in\n%s", want, got)
		}
	}
	var fields []string
	for f := range r.sent[0].Fields {
		v, _ := f.Value(0)
		fields = append(fields, f.Name+"="+v.Text())
	}
	if want := []string{"hostname=ctl1.example", "source=logs_counter", "type=derive", "environment_label=east"}; !reflect.DeepEqual(fields, want) {
		t.Errorf("fields %q, want %q", fields, want)
	}
	if ns := r.sent[0].Timestamp(); ns != start.Add(time.Minute).UnixNano() {
		t.Errorf("timestamp %d", ns)
	}
}

func TestLevels(t *testing.T) {
	tests := []struct {
		label    string
		severity int32
		want     string
	}{
		{"EMERGENCY", 7, "emergency"},
		{"ALERT", 7, "alert"},
		{"CRITICAL", 7, "critical"},
		{"ERROR", 7, "error"},
		{"WARNING", 7, "warning"},
		{"NOTICE", 7, "notice"},
		{"INFO", 0, "info"},
		{"DEBUG", 0, "debug"},
		{"AUDIT", 0, "info"},
		{"TRACE", 0, "debug"},
		{"info", 0, "info"},
		{"Warning", 0, "warning"},
		{"WARN", 4, "warning"},
		{"what a long label this is", 2, "critical"},
		{"", 3, "error"},
		{"", 0, "emergency"},
	}
	for _, tt := range tests {
		r := newRun(t, nil)
		if err := r.log("openstack.nova", tt.label, tt.severity, start); err != nil {
			t.Errorf("%q %d: %v", tt.label, tt.severity, err)
		}
		r.tick(start.Add(time.Second))
		if rates, points := r.rates(); len(rates) != 1 || rates[0] != "nova/"+tt.want+"=1" || points != 8 {
			t.Errorf("%q %d: %q of %d points, want %s", tt.label, tt.severity, rates, points, tt.want)
		}
	}
}

func TestUncountable(t *testing.T) {
	r := newRun(t, nil)
	long := "openstack." + strings.Repeat("x", 300)
	tests := []struct {
		logger, label string
		severity      int32
		want          string
	}{
		{"openstack.nova", "WARN", 8, `message of logger "openstack.nova" has neither a known severity_label ("WARN") nor a severity from 0 to 7 (8): have its decoder set one`},
		{"openstack.nova", "", -1, `message of logger "openstack.nova" has neither a known severity_label ("") nor a severity from 0 to 7 (-1): have its decoder set one`},
		{"openstack.nova", "", unset, `message of logger "openstack.nova" has neither a known severity_label ("") nor a severity from 0 to 7 (unset): have its decoder set one`},
		{"system.kern", "INFO", 6, `no service in logger "system.kern": logger_matcher "^openstack\\.([^.]+)" does not match it; change it, or keep such messages out by message_matcher`},
		{"", "INFO", 6, `no service in logger "": logger_matcher "^openstack\\.([^.]+)" does not match it; change it, or keep such messages out by message_matcher`},
		{long, "INFO", 6, `no service in logger "openstack.` + long[10:60] + `"…: it has 310 bytes, more than 255`},
	}
	for _, tt := range tests {
		for range 2 { // what is remembered of a logger gives the same
			if err := r.log(tt.logger, tt.label, tt.severity, start); err == nil || err.Error() != tt.want {
				t.Errorf("%.20q: %v, want %s", tt.logger, err, tt.want)
			}
		}
	}
	r.tick(start.Add(time.Minute))
	if len(r.sent) != 0 {
		t.Errorf("a message was sent: %s", r.sent[0].Payload())
	}
}

func TestServices(t *testing.T) {
	tests := []struct{ matcher, logger, want string }{
		{defaultConfig().LoggerMatcher, "openstack.nova", "nova"},
		{defaultConfig().LoggerMatcher, "openstack.nova.compute", "nova"},
		{defaultConfig().LoggerMatcher, "openstack.heat-cfn", "heat-cfn"},
		{`.*`, `C:\logs "x"/` + "\x01é", `C:\logs "x"/` + "\x01é"},
		{`^(?:a|(b))\.(.*)`, "b.c", "b"},
		{`[%](\w+)`, "%nova", "nova"},
	}
	for _, tt := range tests {
		r := newRun(t, func(c *Config, _ *plugin.Env) { c.LoggerMatcher = tt.matcher })
		if err := r.log(tt.logger, "INFO", 6, start); err != nil {
			t.Error(err)
		}
		r.tick(start.Add(500 * time.Millisecond))
		if rates, _ := r.rates(); len(rates) != 1 || rates[0] != tt.want+"/info=2" {
			t.Errorf("%s on %s: %q", tt.matcher, tt.logger, rates)
		}
	}
}

// TestLate: the tick at 60.7 s counts as 60 s, and with a grace of 1.5 s what is of 59 s counts.
func TestLate(t *testing.T) {
	r := newRun(t, func(c *Config, _ *plugin.Env) { c.GraceInterval = 1500 * time.Millisecond })
	r.tick(start.Add(60700 * time.Millisecond))
	for i, ms := range []int{57000, 58499, 58500, 58999} { // too late
		if err := r.log("openstack.nova", levelLabels[i], 6, start.Add(time.Duration(ms)*time.Millisecond)); err != nil {
			t.Error(err)
		}
	}
	for i, ms := range []int{59000, 59001, 60700, 400000} {
		if err := r.log("openstack.glance", levelLabels[4+i], 6, start.Add(time.Duration(ms)*time.Millisecond)); err != nil {
			t.Error(err)
		}
	}
	r.tick(start.Add(61700 * time.Millisecond))
	rates, points := r.rates()
	if want := []string{"glance/debug=1", "glance/info=1", "glance/notice=1", "glance/warning=1"}; !reflect.DeepEqual(rates, want) || points != 8 {
		t.Errorf("%q of %d points, want %q: a late message makes no service known", rates, points, want)
	}
}

var levelLabels = [levels]string{"EMERGENCY", "ALERT", "CRITICAL", "ERROR", "WARNING", "NOTICE", "INFO", "DEBUG"}

// TestIntervals: counts begin anew at each tick, known services are sent for ever, and a clock that was set back spoils one interval.
func TestIntervals(t *testing.T) {
	r := newRun(t, nil)
	steps := []struct {
		at     int // s
		logs   int
		rates  string
		points int
	}{
		{60, 30, "[nova/info=0.5]", 8},
		{120, 0, "[]", 8},
		{30, 7, "[]", 0},
		{40, 5, "[nova/info=0.5]", 8},
	}
	for _, s := range steps {
		for range s.logs {
			if err := r.log("openstack.nova", "INFO", 6, start.Add(time.Hour)); err != nil {
				t.Error(err)
			}
		}
		r.tick(start.Add(time.Duration(s.at) * time.Second))
		if rates, points := r.rates(); fmt.Sprint(rates) != s.rates || points != s.points {
			t.Errorf("tick at %d s: %s of %d points, want %s of %d", s.at, rates, points, s.rates, s.points)
		}
	}
}

func TestTooManyServices(t *testing.T) {
	r := newRun(t, func(_ *Config, env *plugin.Env) { env.MaxMessageSize = 256 << 10 })
	for i := range maxServices + 5 {
		for range 2 {
			if err := r.log(fmt.Sprintf("openstack.s%d", i), "INFO", 6, start); err != nil {
				t.Fatal(err)
			}
		}
	}
	r.tick(start.Add(time.Second))
	for _, m := range r.sent {
		if len(m.Payload()) > maxPayload {
			t.Errorf("a payload of %d bytes", len(m.Payload()))
		}
	}
	if len(r.sent) < 8 {
		t.Errorf("%d messages", len(r.sent))
	}
	if rates, points := r.rates(); len(rates) != maxServices || points != 8*maxServices {
		t.Errorf("%d rates of %d points", len(rates), points)
	}
	uncounted := r.env.Metrics.Counter("uncounted_messages", "", "")
	conditions := r.env.Health.Conditions()
	const want = "log messages of further services are not counted: there are 1000 already; narrow message_matcher, or make logger_matcher give fewer services, and restart"
	if uncounted.Value() != 10 || len(conditions) != 1 || conditions[0].Text != want {
		t.Errorf("%d uncounted, conditions %v", uncounted.Value(), conditions)
	}
	r.tick(start.Add(2 * time.Second))
	if c := r.env.Health.Conditions(); len(c) != 0 {
		t.Errorf("the condition stays: %v", c)
	}
}

// Rates that are too much for one message go out in several, each complete in itself.
func TestMessagesFit(t *testing.T) {
	const most = 4 << 10
	r := newRun(t, func(_ *Config, env *plugin.Env) { env.MaxMessageSize = most })
	for i := range 20 {
		if err := r.log(fmt.Sprintf("openstack.s%d", i), "INFO", 6, start); err != nil {
			t.Fatal(err)
		}
	}
	r.tick(start.Add(time.Minute))
	if len(r.sent) < 2 {
		t.Errorf("%d messages", len(r.sent))
	}
	for _, m := range r.sent {
		if _, twice := m.Field("type", 1); twice || len(m.Bytes()) > most || m.Text("hostname") != "ctl1" {
			t.Errorf("%d bytes: %s", len(m.Bytes()), message.AppendJSON(nil, m))
		}
	}
	if rates, points := r.rates(); len(rates) != 20 || points != 8*20 {
		t.Errorf("%d rates of %d points", len(rates), points)
	}
}

// TestManyLoggers: what is remembered is bounded, and forgetting it loses no counts.
func TestManyLoggers(t *testing.T) {
	r := newRun(t, nil)
	for i := range 2*maxLoggers + 3 {
		if err := r.log(fmt.Sprintf("openstack.nova.%d", i), "INFO", 6, start); err != nil {
			t.Fatal(err)
		}
	}
	if n := len(r.filter.(*Filter).loggers.known); n > maxLoggers {
		t.Errorf("%d loggers are remembered", n)
	}
	r.tick(start.Add(time.Second))
	if rates, _ := r.rates(); fmt.Sprint(rates) != fmt.Sprintf("[nova/info=%d]", 2*maxLoggers+3) {
		t.Errorf("%s", rates)
	}
}

// TestLoggerIsCopied: a logger is a view of memory that is used again.
func TestLoggerIsCopied(t *testing.T) {
	r := newRun(t, nil)
	for range 2 {
		m := logMessage(t, "openstack.nova", "INFO", 6, start)
		if err := r.filter.Process(m); err != nil {
			t.Fatal(err)
		}
		clear(m.Bytes())
	}
	r.tick(start.Add(time.Second))
	if rates, _ := r.rates(); fmt.Sprint(rates) != "[nova/info=2]" {
		t.Errorf("%s", rates)
	}
}

func TestRefusedInjection(t *testing.T) {
	r := newRun(t, nil)
	r.refuse = errors.New("too large")
	if err := r.log("openstack.nova", "INFO", 6, start); err != nil {
		t.Fatal(err)
	}
	if err := r.filter.Tick(start.Add(time.Second)); err == nil || err.Error() != "rates of log messages: too large" {
		t.Errorf("%v", err)
	}
	r.refuse = nil
	r.tick(start.Add(2 * time.Second))
	if rates, points := r.rates(); len(rates) != 0 || points != 8 {
		t.Errorf("%s of %d points", rates, points)
	}
}

func TestOptions(t *testing.T) {
	tests := []struct {
		change func(*Config, *plugin.Env)
		want   string
	}{
		{func(c *Config, _ *plugin.Env) { c.LoggerMatcher = "(" }, "logger_matcher: error parsing regexp: missing closing ): `(`"},
		{func(c *Config, _ *plugin.Env) { c.LoggerMatcher = "" }, `logger_matcher: must not be empty: its first group is the service, as in "^openstack\\.([^.]+)"`},
		{
			func(c *Config, _ *plugin.Env) { c.LoggerMatcher = "^openstack%.(%a+)$" },
			`logger_matcher: "%." in "^openstack%.(%a+)$" is of Lua's patterns, but this is a regular expression: write \. for %., [A-Za-z] for %a, \d for %d`,
		},
		{func(c *Config, _ *plugin.Env) { c.GraceInterval = -time.Second }, "grace_interval: -1s is negative"},
		{func(_ *Config, env *plugin.Env) { env.TickerInterval = 0 }, "ticker_interval: must be at least 1 s: the rates are sent at every tick"},
	}
	for _, tt := range tests {
		c, env := defaultConfig(), &plugin.Env{TickerInterval: time.Minute, Health: &plugin.Health{}, Metrics: &plugin.Metrics{}}
		tt.change(c, env)
		if _, err := c.NewFilter(env); err == nil || err.Error() != tt.want {
			t.Errorf("got  %v\nwant %s", err, tt.want)
		}
	}
	var o plugin.ConsumerOptions
	defaultConfig().ConsumerDefaults(&o)
	if o.TickerInterval != 60 || o.MessageMatcher != `Type == 'log' && Logger =~ /^openstack\./` {
		t.Errorf("defaults %+v", o)
	}
}
