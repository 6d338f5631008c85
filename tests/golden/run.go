package golden

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"
	"testing"

	"github.com/BurntSushi/toml"

	"lma_collector/collector/plugin"
)

// Hostname is the name of the host on which the cases were recorded.
const Hostname = "node-1"

// Tags are the site's tags with which the cases were recorded.
var Tags = []plugin.Tag{{Name: "environment_id", Value: "42"}}

// Build makes the plugin of a case.
type Build[P any] func(c *Case, env *plugin.Env) (P, error)

// Report counts the cases of one plugin.
type Report struct {
	Plugin                 string
	Passed, Differ, Failed int
	Events                 int // compared
}

func (r *Report) String() string {
	return fmt.Sprintf("golden %s: %d pass, %d differ on purpose, %d fail (%d events)", r.Plugin, r.Passed, r.Differ, r.Failed, r.Events)
}

// Options sets a plugin's configuration struct from the options of a case, as if they stood in TOML.
func Options(c *Case, config any) error {
	var text bytes.Buffer
	if err := toml.NewEncoder(&text).Encode(c.Config); err != nil {
		return err
	}
	meta, err := toml.Decode(text.String(), config)
	if err == nil && len(meta.Undecoded()) > 0 {
		return fmt.Errorf("unknown options %v", meta.Undecoded())
	}
	return err
}

// Env is the host of a case.
func (c *Case) Env() *plugin.Env {
	return &plugin.Env{
		Name: c.section(), Hostname: Hostname, Tags: Tags, MaxMessageSize: 256 << 10,
		MaxProcessInject: c.MaxProcessInject, MaxTimerInject: c.MaxTimerInject,
		Health: &plugin.Health{}, Metrics: &plugin.Metrics{},
	}
}

func (c *Case) section() string {
	if c.Section == "" {
		return c.Plugin
	}
	return c.Section
}

// verdict gathers the problems of one case.
type verdict struct {
	c           *Case
	differences []*Difference
	tags        map[string]string
	problems    []string
	purpose     bool // something differs on purpose
	events      int
}

// allowed are the differences that are listed for an event.
func (v *verdict) allowed(event int) (list []*Difference) {
	for _, d := range v.differences {
		if d.covers(v.c, event) {
			list = append(list, d)
		}
	}
	return list
}

// problem reports what is wrong with an event, unless the whole event may differ.
func (v *verdict) problem(event int, format string, args ...any) {
	for _, d := range v.allowed(event) {
		if d.whole() {
			d.used, v.purpose = true, true
			return
		}
	}
	v.problems = append(v.problems, fmt.Sprintf("event %d: %s", event, fmt.Sprintf(format, args...)))
}

// rule tells whether a rule is listed for an event.
func (v *verdict) rule(event int, name string) bool {
	for _, d := range v.allowed(event) {
		if d.Rule == name {
			d.used, v.purpose = true, true
			return true
		}
	}
	return false
}

// messages compares the messages of an event.
func (v *verdict) messages(event int, want, got []Message, input *Message, clock int64) {
	v.events++
	if len(want) != len(got) {
		v.problem(event, "%d messages, want %d: %s", len(got), len(want), summary(got))
		return
	}
	for i := range want {
		p := pair{want: want[i], got: got[i], input: input, clock: clock, tags: v.tags, allowed: v.allowed(event)}
		problems := p.differ()
		if len(problems) > 0 {
			v.problem(event, "%s", strings.Join(problems, "; "))
		}
		v.purpose = v.purpose || p.purpose
	}
}

func summary(list []Message) string {
	var b strings.Builder
	for i := range list {
		fmt.Fprintf(&b, "%.120q ", text(list[i].Payload))
	}
	return b.String()
}

// run judges every case of a plugin in a subtest.
func run(t *testing.T, name string, judge func(v *verdict)) *Report {
	t.Helper()
	report := &Report{Plugin: name}
	cases := Load(t, name)
	differences := loadDifferences(t, name)
	for _, c := range cases {
		v := &verdict{c: c, differences: differences, tags: map[string]string{}}
		for _, tag := range Tags {
			v.tags[tag.Name] = tag.Value
		}
		judge(v)
		report.Events += v.events
		switch {
		case len(v.problems) > 0:
			report.Failed++
			t.Errorf("%s/%s:\n\t%s", name, c.Name, strings.Join(first(v.problems, 20), "\n\t"))
		case v.purpose:
			report.Differ++
		default:
			report.Passed++
		}
	}
	for i, d := range differences {
		if !d.used {
			t.Errorf("difference %s of %s (%s) is needed by nothing: remove it", strconv.Itoa(i+1), name, d.Case)
		}
	}
	t.Log(report)
	return report
}

func first(list []string, n int) []string {
	if len(list) > n {
		return append(list[:n:n], fmt.Sprintf("… and %d more", len(list)-n))
	}
	return list
}
