package afd

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"lma_collector/collector/matcher"
	"lma_collector/collector/message"
	"lma_collector/collector/plugin"
)

// host is a host around one filter.
type host struct {
	t      *testing.T
	filter plugin.Filter
	now    time.Time
	last   map[string]string // payload by member, with the status in front
	fields map[string]string // no_alerting and others of the last message, by member
}

func newHost(t *testing.T, definitions string, change func(*Config)) *host {
	t.Helper()
	h := &host{t: t, now: time.Date(2016, 11, 20, 7, 0, 0, 0, time.UTC), last: map[string]string{}, fields: map[string]string{}}
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "a.toml"), []byte(definitions), 0o600); err != nil {
		t.Fatal(err)
	}
	c := defaultConfig()
	c.AlarmsDirectory = dir
	if change != nil {
		change(c)
	}
	f, err := c.NewFilter(h.env())
	if err != nil {
		t.Fatal(err)
	}
	h.filter = f
	t.Cleanup(func() { _ = f.(plugin.Closer).Close() })
	return h
}

func (h *host) env() *plugin.Env {
	share, _ := filepath.Abs("../../..")
	return &plugin.Env{
		Name: "afd_filter", Hostname: "ctl1", ShareDir: share, BaseDir: h.t.TempDir(),
		MaxProcessInject: 1, MaxTimerInject: 2,
		Health: &plugin.Health{}, Metrics: &plugin.Metrics{}, Inject: func(d *message.Draft) error {
			v, _ := d.Value("value")
			source, _ := d.Value("source")
			_, quiet := d.Value("no_alerting")
			name := strings.Clone(source.Text())
			h.last[name] = fmt.Sprintf("%v %s", v.Float(), d.Payload)
			h.fields[name] = fmt.Sprintf("%s no_alerting=%v", d.Type, quiet)
			return nil
		},
	}
}

func (h *host) point(metric string, value any, fields ...string) error {
	h.t.Helper()
	d := message.Draft{Type: "metric"}
	d.SetTimestamp(h.now.UnixNano())
	d.AddString("name", metric)
	switch v := value.(type) {
	case float64:
		d.AddFloat("value", "", v)
	case string:
		d.AddString("value", v)
	case map[string]float64:
		for name, x := range v {
			d.AddFloat(name, "", x)
			d.AddStrings("value_fields", []string{name})
		}
	}
	for i := 0; i < len(fields); i += 2 {
		d.AddString(fields[i], fields[i+1])
	}
	m, err := message.Index(d.Encode(nil))
	if err != nil {
		h.t.Fatal(err)
	}
	return h.filter.Process(&m)
}

// pass lets seconds go by, with a tick every 10; before each it calls feed.
func (h *host) pass(seconds int, feed func()) {
	h.t.Helper()
	for range seconds / 10 {
		if feed != nil {
			feed()
		}
		h.now = h.now.Add(10 * time.Second)
		if err := h.filter.Tick(h.now); err != nil {
			h.t.Fatal(err)
		}
	}
}

const policies = "[[policy]]\nname = \"p\"\n  [[policy.when]]\n  status = \"okay\"\n"

func watch(member, extra string, alarms ...string) string {
	return fmt.Sprintf("[[watch]]\ntype = \"node\"\ncluster = \"c\"\nmember = %q\nroles = [\"default\"]\nalarms = [\"%s\"]\n%s\n", member, strings.Join(alarms, `", "`), extra)
}

func alarm(name, severity, extra, rule string) string {
	return fmt.Sprintf("[[alarm]]\nname = %q\ndescription = \"%s is wrong\"\nseverity = %q\n%s\n  [[alarm.rule]]\n  window = 30\n%s\n", name, name, severity, extra, rule)
}

// Fault 1 of the original: group_by was lost, all series were merged.
func TestGroupByWatchesEachSeriesByItself(t *testing.T) {
	h := newHost(t, policies+watch("fs", "", "a")+alarm("a", "critical", "",
		"  metric = \"free\"\n  group_by = [\"fs\"]\n  function = \"avg\"\n  relational_operator = \"<\"\n  threshold = 10"), nil)
	h.pass(60, func() {
		_ = h.point("free", 90.0, "fs", "/")
		_ = h.point("free", 5.0, "fs", "/srv")
	})
	if got := h.last["fs"]; !strings.HasPrefix(got, "3 ") || !strings.Contains(got, `"fields":{"fs":"\/srv"}`) || strings.Contains(got, `"fs":"\/"`) {
		t.Errorf("got %s", got)
	}
}

// Fault 2 of the original: the value of a rule was lost, metrics of several values were never seen.
func TestValueOfAMetricThatHasSeveral(t *testing.T) {
	h := newHost(t, policies+watch("slow", "", "a")+alarm("a", "warning", "",
		"  metric = \"times\"\n  value = \"upper_90\"\n  function = \"max\"\n  relational_operator = \">\"\n  threshold = 0.3"), nil)
	h.pass(60, func() { _ = h.point("times", map[string]float64{"upper_90": 0.5}) })
	if got := h.last["slow"]; !strings.HasPrefix(got, "1 ") {
		t.Errorf("got %s", got)
	}
}

// Fault 3 of the original: alerting could not be switched off.
func TestAlertingCanBeSwitchedOff(t *testing.T) {
	for alerting, want := range map[string]bool{"disabled": true, "enabled": false} {
		h := newHost(t, policies+watch("m", "alerting = \""+alerting+"\"", "a")+alarm("a", "warning", "",
			"  metric = \"m\"\n  function = \"max\"\n  relational_operator = \">\"\n  threshold = 1"), nil)
		h.pass(60, func() { _ = h.point("m", 5.0) })
		if got := h.fields["m"]; got != fmt.Sprintf("heka.sandbox.afd_node_metric no_alerting=%v", want) {
			t.Errorf("%s: %s", alerting, got)
		}
	}
}

// Fault 4 of the original: OKAY hid UNKNOWN.
func TestOkayDoesNotHideUnknown(t *testing.T) {
	rule := "  metric = %q\n  function = \"max\"\n  relational_operator = \">\"\n  threshold = 1"
	h := newHost(t, policies+watch("m", "", "a", "b")+alarm("a", "critical", "", fmt.Sprintf(rule, "dead"))+
		alarm("b", "warning", "", fmt.Sprintf(rule, "alive")), nil)
	h.pass(60, func() { _ = h.point("alive", 0.0) })
	if got := h.last["m"]; !strings.HasPrefix(got, "2 ") || !strings.Contains(got, "No datapoint have been received ever") {
		t.Errorf("got %s", got)
	}
}

// Fault 8 of the original: an alarm that was skipped for want of data ended the evaluation of its group.
func TestSkippedAlarmDoesNotStopItsGroup(t *testing.T) {
	rule := "  metric = %q\n  function = \"max\"\n  relational_operator = \">\"\n  threshold = 1"
	h := newHost(t, policies+watch("m", "", "a", "b")+alarm("a", "critical", "no_data_policy = \"skip\"", fmt.Sprintf(rule, "dead"))+
		alarm("b", "warning", "", fmt.Sprintf(rule, "alive")), nil)
	h.pass(60, func() { _ = h.point("alive", 5.0) })
	if got := h.last["m"]; !strings.HasPrefix(got, "1 ") {
		t.Errorf("got %s", got)
	}
}

// Without roles a service may run here or not: what never had a metric is not spoken of, what falls silent is.
func TestWhatNeverHadAMetricIsUnknownOnlyToItsRole(t *testing.T) {
	rule := "  metric = %q\n  function = \"max\"\n  relational_operator = \">\"\n  threshold = 1"
	definitions := policies + watch("here", "", "a") + watch("elsewhere", "", "b") +
		alarm("a", "warning", "", fmt.Sprintf(rule, "m")) + alarm("b", "warning", "", fmt.Sprintf(rule, "n"))
	h := newHost(t, definitions, nil)
	h.pass(60, func() { _ = h.point("m", 0.0) })
	if got, told := h.last["elsewhere"]; told || !strings.HasPrefix(h.last["here"], "0 ") {
		t.Errorf("without roles: %v", got)
	}
	h.pass(60, nil)
	if got := h.last["here"]; !strings.HasPrefix(got, "2 ") || len(h.last) != 1 {
		t.Errorf("fallen silent: %v", h.last)
	}
	h = newHost(t, definitions, func(c *Config) { c.Roles = []string{"default"} })
	h.pass(60, func() { _ = h.point("m", 0.0) })
	if got := h.last["elsewhere"]; !strings.HasPrefix(got, "2 ") || !strings.HasPrefix(h.last["here"], "0 ") {
		t.Errorf("with its role: %v", h.last)
	}
}

// However many watches there are, all are evaluated and told at each tick, whatever other filters may inject.
func TestManyWatches(t *testing.T) {
	const n = 2000
	definitions := policies + alarm("a", "warning", "", "  metric = \"m\"\n  function = \"max\"\n  relational_operator = \">\"\n  threshold = 1")
	for i := range n {
		definitions += watch(fmt.Sprint("m", i), "", "a")
	}
	h := newHost(t, definitions, nil)
	h.pass(60, func() { _ = h.point("m", 5.0) })
	for i := range n {
		if got := h.last[fmt.Sprint("m", i)]; !strings.HasPrefix(got, "1 ") {
			t.Fatalf("watch %d: %q", i, got)
		}
	}
}

// Rules that look at the same datapoints share them, and count each once.
func TestRulesThatShareDatapoints(t *testing.T) {
	rule := "  metric = \"m\"\n  function = \"sum\"\n  relational_operator = \">\"\n  threshold = "
	h := newHost(t, policies+watch("m", "", "a", "b")+watch("n", "", "b")+alarm("a", "critical", "", rule+"9")+alarm("b", "warning", "", rule+"5"), nil)
	h.pass(60, func() { _ = h.point("m", 1.0) })
	for _, member := range []string{"m", "n"} {
		if got := h.last[member]; !strings.HasPrefix(got, "0 ") {
			t.Errorf("three or four in 30 s: %s: %s", member, got)
		}
	}
	h.pass(60, func() { _ = h.point("m", 2.0) })
	for _, member := range []string{"m", "n"} {
		if got := h.last[member]; !strings.HasPrefix(got, "1 ") {
			t.Errorf("six to eight in 30 s: %s: %s", member, got)
		}
	}
}

func TestOperatorsOfRules(t *testing.T) {
	for operator, want := range map[string][3]int{ // below, at and above the threshold
		"==": {0, 1, 0}, "eq": {0, 1, 0}, "!=": {1, 0, 1}, "ne": {1, 0, 1}, ">": {0, 0, 1}, "gt": {0, 0, 1},
		">=": {0, 1, 1}, "gte": {0, 1, 1}, "<": {1, 0, 0}, "lt": {1, 0, 0}, "<=": {1, 1, 0}, "lte": {1, 1, 0},
	} {
		for i, value := range []float64{4, 5, 6} {
			h := newHost(t, policies+watch("m", "", "a")+alarm("a", "warning", "",
				"  metric = \"m\"\n  function = \"last\"\n  relational_operator = \""+operator+"\"\n  threshold = 5"), nil)
			h.pass(60, func() { _ = h.point("m", value) })
			if got := h.last["m"]; !strings.HasPrefix(got, fmt.Sprint(want[i], " ")) {
				t.Errorf("%v %s 5: %s", value, operator, got)
			}
		}
	}
}

// Fault 9 of the original: the wait at the start was that of the first rule only.
func TestFiringAlarmWaitsForItsLongestWindow(t *testing.T) {
	h := newHost(t, policies+watch("m", "", "a")+alarm("a", "warning", "",
		"  metric = \"m\"\n  function = \"max\"\n  relational_operator = \">\"\n  threshold = 1\n  [[alarm.rule]]\n  window = 100\n"+
			"  metric = \"n\"\n  function = \"max\"\n  relational_operator = \">\"\n  threshold = 1"), nil)
	feed := func() { _ = h.point("m", 5.0); _ = h.point("n", 0.0) }
	h.pass(100, feed)
	if got, told := h.last["m"]; told {
		t.Errorf("after 100 s: %s", got)
	}
	h.pass(10, feed)
	if got := h.last["m"]; !strings.HasPrefix(got, "1 ") {
		t.Errorf("after 110 s: %s", got)
	}
}

// Fault 10 of the original: of several points within 5 s only the last one counted.
func TestEveryPointCounts(t *testing.T) {
	h := newHost(t, policies+watch("m", "", "a")+alarm("a", "warning", "",
		"  metric = \"m\"\n  function = \"min\"\n  relational_operator = \"<\"\n  threshold = 1"), nil)
	h.pass(60, func() { _ = h.point("m", 5.0); _ = h.point("m", 0.0); _ = h.point("m", 5.0) })
	if got := h.last["m"]; !strings.HasPrefix(got, "1 ") {
		t.Errorf("got %s", got)
	}
}

func TestBadPointsAreRefusedAndTheFilterLivesOn(t *testing.T) {
	h := newHost(t, policies+watch("m", "", "a")+alarm("a", "warning", "",
		"  metric = \"m\"\n  fields = { dev = \"sda\" }\n  function = \"max\"\n  relational_operator = \">\"\n  threshold = 1"), nil)
	for _, c := range []struct {
		value  any
		fields []string
		want   string
	}{
		{"text", []string{"dev", "sda"}, "The value of the metric m is not a number: text"},
		{5.0, nil, "Cannot find Fields[dev] for the metric m"},
		{nil, []string{"dev", "sda"}, "Fields[value] is missing"},
	} {
		if err := h.point("m", c.value, c.fields...); err == nil || err.Error() != c.want || plugin.IsFatal(err) {
			t.Errorf("%v %v: %v, want %s", c.value, c.fields, err, c.want)
		}
	}
	h.pass(60, func() {
		if err := h.point("m", 5.0, "dev", "sda"); err != nil {
			t.Fatal(err)
		}
	})
	if got := h.last["m"]; !strings.HasPrefix(got, "1 ") {
		t.Errorf("got %s", got)
	}
}

// A point from the future would hide those that follow until its time has come: it is refused, also
// where its series is known already.
func TestPointsAheadOfTheClock(t *testing.T) {
	h := newHost(t, policies+watch("m", "", "a")+alarm("a", "warning", "",
		"  metric = \"m\"\n  function = \"max\"\n  relational_operator = \">\"\n  threshold = 1"), nil)
	for range 2 {
		now := h.now
		h.now = time.Now().Add(time.Hour)
		if err := h.point("m", 0.0); err == nil || !strings.HasPrefix(err.Error(), "The time of the metric m is 3") || plugin.IsFatal(err) {
			t.Errorf("a point an hour ahead: %v", err)
		}
		h.now = now
		if err := h.point("m", 5.0); err != nil {
			t.Error(err)
		}
	}
	h.pass(60, func() { _ = h.point("m", 5.0) })
	if got := h.last["m"]; !strings.HasPrefix(got, "1 ") {
		t.Errorf("got %s", got)
	}
}

func TestMatcherIsDerivedFromTheAlarms(t *testing.T) {
	h := newHost(t, policies+watch("m", "", "a")+alarm("a", "warning", "",
		"  metric = \"it's\"\n  function = \"max\"\n  relational_operator = \">\"\n  threshold = 1"), nil)
	expr := h.filter.(plugin.Matching).MessageMatcher()
	m, err := matcher.Parse(expr)
	if err != nil {
		t.Fatalf("%s: %v", expr, err)
	}
	for _, c := range []struct {
		typ, name string
		relayed   bool
		want      bool
	}{
		{"metric", "it's", false, true},
		{"metric", "other", false, false},
		{"metric", "it's", true, false},
		{"log", "it's", false, false},
		{"heka.sandbox.bulk_metric", "", false, true},
		{"multivalue_metric", "it's", false, true},
	} {
		d := message.Draft{Type: c.typ}
		if c.name != "" {
			d.AddString("name", c.name)
		}
		if c.relayed {
			d.AddString("aggregator", "present")
		}
		msg, _ := message.Index(d.Encode(nil))
		if got := m.Match(&msg); got != c.want {
			t.Errorf("%+v: %v", c, got)
		}
	}
}

func TestOptionMistakes(t *testing.T) {
	h := &host{t: t}
	for _, c := range []struct {
		change func(*Config)
		want   string
	}{
		{func(c *Config) { c.Roles = []string{"controler"} }, `roles: no watch is for the role "controler" (did you mean "controller"?)`},
		{func(c *Config) { c.Parameters = map[string]float64{"root_fs": 1} }, `there is no parameter "root_fs" to override`},
		{func(c *Config) { c.AlarmsDirectory = "none" }, "cannot read the definitions of alarms: no such file or directory"},
		{func(c *Config) { c.Filename = "none.lua" }, "none.lua: No such file or directory"},
	} {
		conf := defaultConfig()
		c.change(conf)
		if _, err := conf.NewFilter(h.env()); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("got %v, want %s", err, c.want)
		}
	}
}

func TestCheckTellsOfWhatIsOdd(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "a.toml"), []byte(policies+alarm("a", "warning", "",
		"  metric = \"m\"\n  function = \"max\"\n  relational_operator = \">\"\n  threshold = 1")), 0o600); err != nil {
		t.Fatal(err)
	}
	c := defaultConfig()
	c.AlarmsDirectory = dir
	found := c.Check((&host{t: t}).env())
	if len(found) != 1 || found[0].Error || !strings.HasSuffix(found[0].Text, `a.toml:6:1: warning: no watch names the alarm "a" (name it in the alarms of a [[watch]])`) {
		t.Errorf("got %+v", found)
	}
}
