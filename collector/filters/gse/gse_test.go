package gse

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

const definitions = `
[[policy]]
name = "worst"
  [[policy.when]]
  status = "down"
  rule = [{ function = "count", arguments = ["down"], relational_operator = ">", threshold = 0 }]
  [[policy.when]]
  status = "critical"
  rule = [{ function = "count", arguments = ["critical"], relational_operator = ">", threshold = 0 }]
  [[policy.when]]
  status = "unknown"
  rule = [{ function = "count", arguments = ["unknown"], relational_operator = ">", threshold = 0 }]
  [[policy.when]]
  status = "okay"

[[alarm]]
name = "a"
description = "a"
severity = "critical"
  [[alarm.rule]]
  metric = "m"
  function = "max"
  relational_operator = ">"
  threshold = 1

[[watch]]
type = "service"
cluster = "api"
member = "check"
roles = ["controller"]
alarms = ["a"]

[[watch]]
type = "service"
cluster = "api"
member = "stranger"
roles = ["controller"]
alarms = ["a"]

[[watch]]
type = "service"
cluster = "quiet"
member = "check"
roles = ["controller"]
alarms = ["a"]

[[cluster]]
level = "service"
name = "api"
policy = "worst"
group_by = "%s"
members = ["check"]
hints = ["quiet"]

[[cluster]]
level = "service"
name = "quiet"
policy = "worst"
members = ["check"]
alerting = "disabled"

[[cluster]]
level = "global"
name = "cloud"
policy = "worst"
members = ["api"]
`

type host struct {
	t      *testing.T
	filter plugin.Filter
	now    time.Time
	last   map[string]string // by cluster: status and payload
	quiet  map[string]bool   // no_alerting by cluster
}

func newHost(t *testing.T, groupBy string, change func(*Config)) *host {
	t.Helper()
	h := &host{t: t, now: time.Date(2026, 11, 20, 7, 0, 0, 0, time.UTC), last: map[string]string{}, quiet: map[string]bool{}}
	c := h.config(groupBy)
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

func (h *host) config(groupBy string) *Config {
	c := defaultConfig()
	c.AlarmsDirectory, c.Level = directory(h.t, fmt.Sprintf(definitions, groupBy)), "service"
	return c
}

// directory is one with these definitions.
func directory(t *testing.T, definitions string) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "a.toml"), []byte(definitions), 0o600); err != nil {
		t.Fatal(err)
	}
	return dir
}

func (h *host) env() *plugin.Env {
	share, _ := filepath.Abs("../../..")
	return &plugin.Env{
		Name: "gse_filter", Hostname: "agg", ShareDir: share, BaseDir: h.t.TempDir(),
		Health: &plugin.Health{}, Metrics: &plugin.Metrics{}, Inject: func(d *message.Draft) error {
			v, _ := d.Value("value")
			name, _ := d.Value("cluster_name")
			_, quiet := d.Value("no_alerting")
			cluster := strings.Clone(name.Text())
			h.last[cluster], h.quiet[cluster] = fmt.Sprintf("%v %s", v.Float(), d.Payload), quiet
			return nil
		},
	}
}

func alarms(text string) string {
	return `{"alarms":[{"severity":"CRITICAL","function":"max","metric":"m","fields":{},"tags":{},"operator":">","value":5,"threshold":1,"window":10,"periods":1,"message":"` + text + `"}]}`
}

func (h *host) report(hostname, cluster, member string, status float64, payload string) error {
	h.t.Helper()
	d := message.Draft{Type: "heka.sandbox.afd_service_metric", Payload: payload}
	d.SetTimestamp(h.now.UnixNano())
	d.AddString("service", cluster)
	d.AddString("source", member)
	if hostname != "" {
		d.AddString("hostname", hostname)
	}
	d.AddFloat("value", "", status)
	return h.process(&d)
}

func (h *host) process(d *message.Draft) error {
	m, err := message.Index(d.Encode(nil))
	if err != nil {
		h.t.Fatal(err)
	}
	return h.filter.Process(&m)
}

// pass lets seconds go by; feed is called every 10.
func (h *host) pass(seconds int, feed func()) {
	h.t.Helper()
	for i := range seconds {
		if feed != nil && i%10 == 0 {
			feed()
		}
		h.now = h.now.Add(time.Second)
		if err := h.filter.Tick(h.now); err != nil {
			h.t.Fatal(err)
		}
	}
}

func (h *host) want(cluster, prefix string) {
	h.t.Helper()
	if got := h.last[cluster]; !strings.HasPrefix(got, prefix) {
		h.t.Errorf("%s: %q, want %s…", cluster, got, prefix)
	}
}

// Fault 5 of the original: reports never expired, a dead node kept its last status.
func TestSilentMemberBecomesUnknown(t *testing.T) {
	h := newHost(t, "hostname", nil)
	h.pass(60, func() { _ = h.report("ctl1", "api", "check", 0, `{"alarms":[]}`) })
	h.want("api", `0 {"alarms":[]}`)
	h.pass(80, nil)
	h.want("api", "2 ")
	if got := h.last["api"]; !strings.Contains(got, "No report of check on ctl1 has been received over the last 60 seconds") {
		t.Errorf("got %s", got)
	}
	h.pass(20, func() { _ = h.report("ctl1", "api", "check", 0, `{"alarms":[]}`) })
	h.want("api", "0 ")
}

// Fault 6 of the original: any source counted; and of several hosts only the last one.
func TestOnlyMembersCount(t *testing.T) {
	h := newHost(t, "member", nil)
	h.pass(60, func() {
		_ = h.report("ctl1", "api", "check", 0, `{"alarms":[]}`)
		_ = h.report("ctl1", "api", "stranger", 4, alarms("strange"))
	})
	h.want("api", "0 ")
}

func TestEachHostCountsInAGroupByMember(t *testing.T) {
	h := newHost(t, "member", nil)
	h.pass(60, func() {
		_ = h.report("ctl1", "api", "check", 3, alarms("broken"))
		_ = h.report("ctl2", "api", "check", 0, `{"alarms":[]}`)
	})
	h.want("api", "3 ")
}

// Fault 7 of the original: a cluster without reports had a status by accident.
func TestClusterWithoutReports(t *testing.T) {
	h := newHost(t, "hostname", func(c *Config) { c.Roles = []string{"controller"} })
	h.pass(29, nil)
	if len(h.last) > 0 {
		t.Errorf("within the warm-up: %v", h.last)
	}
	h.pass(20, nil)
	h.want("api", "2 ")
	if h = newHost(t, "hostname", nil); len(h.last) > 0 {
		t.Errorf("without roles: %v", h.last)
	}
	h.pass(60, nil)
	if len(h.last) > 0 {
		t.Errorf("without roles a cluster that nobody reports to is told: %v", h.last)
	}
}

// Of four hosts two are OKAY, one WARN and one DOWN.
func TestPolicies(t *testing.T) {
	rule := func(function, statuses, operator string, threshold int) string {
		return fmt.Sprintf("{ function = %q, arguments = [%s], relational_operator = %q, threshold = %d }", function, statuses, operator, threshold)
	}
	f := func(rules, extra string, holds bool) {
		t.Helper()
		policy := "[[policy]]\nname = \"worst\"\n  [[policy.when]]\n  status = \"critical\"\n  rule = [" + rules + "]\n" + extra + "  [[policy.when]]\n  status = \"okay\"\n"
		_, rest, _ := strings.Cut(fmt.Sprintf(definitions, "hostname"), "[[alarm]]")
		h := newHost(t, "hostname", func(c *Config) { c.AlarmsDirectory = directory(t, policy+"[[alarm]]"+rest) })
		h.pass(60, func() {
			for i, status := range []float64{0, 0, 1, 4} {
				_ = h.report(fmt.Sprint("ctl", i), "api", "check", status, `{"alarms":[]}`)
			}
		})
		if want := map[bool]string{true: "3 ", false: "0 "}[holds]; !strings.HasPrefix(h.last["api"], want) {
			t.Errorf("%s %s: %q, want %s…", rules, extra, h.last["api"], want)
		}
	}
	for operator, want := range map[string][3]bool{ // threshold above, at and below the count
		"==": {false, true, false}, "eq": {false, true, false}, "!=": {true, false, true}, "ne": {true, false, true},
		">": {false, false, true}, "gt": {false, false, true}, ">=": {false, true, true}, "gte": {false, true, true},
		"<": {true, false, false}, "lt": {true, false, false}, "<=": {true, true, false}, "lte": {true, true, false},
	} {
		for i, threshold := range []int{3, 2, 1} {
			f(rule("count", `"okay"`, operator, threshold), "", want[i])
		}
	}
	f(rule("percent", `"okay"`, "==", 50), "", true)
	f(rule("percent", `"warning", "down"`, "==", 50), "", true)
	f(rule("percent", `"critical", "unknown"`, "==", 0), "", true)
	yes, no := rule("count", `"down"`, "==", 1), rule("count", `"down"`, "==", 2)
	f(yes+", "+no, "", true)
	f(no+", "+no, "", false)
	f(yes+", "+no, "  logical_operator = \"and\"\n", false)
	f(yes+", "+yes, "  logical_operator = \"and\"\n", true)
}

func TestCompleteClusterIsToldBeforeTheWarmUpIsOver(t *testing.T) {
	h := newHost(t, "hostname", func(c *Config) { c.Roles = []string{"controller"} })
	h.pass(12, func() { _ = h.report("ctl1", "api", "check", 0, `{"alarms":[]}`) })
	h.want("api", "0 ")
	if _, told := h.last["quiet"]; told {
		t.Error("a cluster without reports is told within the warm-up")
	}
}

// Fault 3 of the original: alerting could not be switched off.
func TestAlertingCanBeSwitchedOff(t *testing.T) {
	feed := func(h *host) func() {
		return func() {
			_ = h.report("ctl1", "api", "check", 0, `{"alarms":[]}`)
			_ = h.report("ctl1", "quiet", "check", 0, `{"alarms":[]}`)
		}
	}
	h := newHost(t, "member", nil)
	h.pass(60, feed(h))
	if h.quiet["api"] || !h.quiet["quiet"] {
		t.Errorf("by cluster: no_alerting %v", h.quiet)
	}
	h = newHost(t, "member", func(c *Config) { c.ActivateAlerting = false })
	h.pass(60, feed(h))
	if !h.quiet["api"] || !h.quiet["quiet"] {
		t.Errorf("for all: no_alerting %v", h.quiet)
	}
}

func TestHintsExplainAndDoNotCount(t *testing.T) {
	h := newHost(t, "member", nil)
	quiet := 3.0
	api := 3.0
	h.pass(60, func() {
		_ = h.report("ctl1", "api", "check", api, alarms("own"))
		_ = h.report("ctl1", "quiet", "check", quiet, alarms("cause"))
	})
	got := h.last["api"]
	if !strings.HasPrefix(got, "3 ") || strings.Contains(got, "cause") {
		t.Errorf("the hint's alarm of a member of the same name is repeated: %s", got)
	}
	api = 0
	h.pass(20, func() { _ = h.report("ctl1", "api", "check", api, `{"alarms":[]}`) })
	h.want("api", `0 {"alarms":[]}`)
}

func TestBrokenReportsAreRefusedAndTheFilterLivesOn(t *testing.T) {
	h := newHost(t, "hostname", nil)
	for _, c := range []struct {
		err  error
		want string
	}{
		{h.report("ctl1", "api", "check", 5, `{"alarms":[]}`), "Invalid entity's status in the AFD/GSE message: 5"},
		{h.report("ctl1", "api", "check", 1.5, `{"alarms":[]}`), "Invalid entity's status in the AFD/GSE message: 1.5"},
		{h.report("ctl1", "api", "check", 3, `null`), "Cannot find entity's alarms in the AFD/GSE message"},
		{h.report("ctl1", "api", "check", 3, `{"alarms":"x"}`), "Cannot find entity's alarms in the AFD/GSE message"},
		{h.report("ctl1", "api", "check", 3, `{"alarms":[7]}`), "Cannot find entity's alarms in the AFD/GSE message"},
		{h.report("ctl1", "api", "check", 3, `{`), "Cannot find entity's alarms in the AFD/GSE message"},
		{h.report("", "api", "check", 3, `{"alarms":[]}`), "Cannot find Fields[hostname] in the AFD/GSE message"},
		{h.process(&message.Draft{Type: "heka.sandbox.afd_service_metric"}), "Cannot find entity's name in the AFD/GSE message"},
	} {
		if c.err == nil || c.err.Error() != c.want || plugin.IsFatal(c.err) {
			t.Errorf("got %v, want %s", c.err, c.want)
		}
	}
	if err := h.report("ctl1", "nothing", "check", 3, `{"alarms":[]}`); err != nil {
		t.Errorf("an unknown cluster: %v", err)
	}
	h.pass(60, func() { _ = h.report("ctl1", "api", "check", 3, alarms("broken")) })
	h.want("api", "3 ")
	if got := h.last["api"]; !strings.Contains(got, `"hostname":"ctl1"`) || !strings.Contains(got, `"dependency_level":"direct"`) {
		t.Errorf("got %s", got)
	}
}

func TestPacemakerSaysWhoWorks(t *testing.T) {
	h := newHost(t, "hostname", func(c *Config) { c.Active = "pacemaker" })
	vip := func(value float64) {
		d := message.Draft{Type: "metric", Hostname: "agg"}
		d.AddString("name", "pacemaker_local_resource_active")
		d.AddString("resource", "vip__management")
		d.AddString("hostname", "agg")
		d.AddFloat("value", "", value)
		if err := h.process(&d); err != nil {
			t.Fatal(err)
		}
	}
	feed := func() { _ = h.report("ctl1", "api", "check", 0, `{"alarms":[]}`) }
	h.pass(60, feed)
	if len(h.last) > 0 {
		t.Errorf("without the VIP: %v", h.last)
	}
	vip(1)
	h.pass(60, feed)
	h.want("api", "0 ")
	vip(0)
	h.last = map[string]string{}
	h.pass(60, feed)
	if len(h.last) > 0 {
		t.Errorf("after the VIP went: %v", h.last)
	}
}

// Fault 11 of the original: statuses of clusters came around through the aggregator.
func TestRelayedClusterStatusesAreNotTaken(t *testing.T) {
	c := (&host{t: t}).config("member")
	c.Level = "global"
	h := &host{t: t, last: map[string]string{}, quiet: map[string]bool{}}
	f, err := c.NewFilter(h.env())
	if err != nil {
		t.Fatal(err)
	}
	m, err := matcher.Parse(f.(plugin.Matching).MessageMatcher())
	if err != nil {
		t.Fatal(err)
	}
	for _, relayed := range []bool{false, true} {
		d := message.Draft{Type: "heka.sandbox.gse_service_cluster_metric"}
		if relayed {
			d.AddString("aggregator", "present")
		}
		msg, _ := message.Index(d.Encode(nil))
		if m.Match(&msg) == relayed {
			t.Errorf("relayed %v: taken %v", relayed, !relayed)
		}
	}
}

func TestOptionMistakes(t *testing.T) {
	h := &host{t: t}
	for _, c := range []struct {
		change func(*Config)
		want   string
	}{
		{func(c *Config) { c.Level = "" }, `level: "" is no level: give service, node or global`},
		{func(c *Config) { c.Active = "vip" }, `active: "vip" is unknown: give always or pacemaker`},
		{func(c *Config) { c.Interval = 0 }, "interval: 0s is less than a second"},
		{func(c *Config) { c.FactTimeout = 5 * time.Second }, "fact_timeout: 5s is less than the interval of 10s: every status would be UNKNOWN"},
		{func(c *Config) { c.WarmUpPeriod = -1 }, "warm_up_period: -1ns is negative"},
		{func(c *Config) { c.Roles = []string{"controllers"} }, `roles: no watch is for the role "controllers" (did you mean "controller"?)`},
	} {
		conf := h.config("member")
		c.change(conf)
		if _, err := conf.NewFilter(h.env()); err == nil || err.Error() != c.want {
			t.Errorf("got %v, want %s", err, c.want)
		}
	}
}
