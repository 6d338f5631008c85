package golden

import (
	"bytes"
	"fmt"
	"os"
	"slices"
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

// Runner runs one case and reports to the verdict what it compares and how it differs.
type Runner func(v *Verdict)

// Report counts the cases of one plugin.
type Report struct {
	Name                   string // of the folder, and of the plugin where several are run
	Passed, Differ, Failed int    // cases
	Events, Apart          int    // compared, and of them those that differ on purpose
}

func (r *Report) String() string {
	return fmt.Sprintf("golden %s: %d pass, %d differ on purpose, %d fail (%d events, %d differ on purpose)",
		r.Name, r.Passed, r.Differ, r.Failed, r.Events, r.Apart)
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

// Verdict gathers what is wrong with one case.
type Verdict struct {
	Case *Case

	differences []*Difference
	problems    []string
	apart       map[int]bool // events in which something differs on purpose
	source      string       // of the event being compared: pair.source
	events      int
}

// Compared counts an event as compared.
func (v *Verdict) Compared() { v.events++ }

// allowed are the differences that are listed for an event.
func (v *Verdict) allowed(event int) (list []*Difference) {
	for _, d := range v.differences {
		if d.covers(v.Case, event) {
			list = append(list, d)
		}
	}
	return list
}

// Problem reports what is wrong with an event (-1: with the whole case), unless it may differ. what is
// a name of What.
func (v *Verdict) Problem(event int, what, format string, args ...any) {
	for _, d := range v.allowed(event) {
		if d.allows(what) {
			v.use(d, event)
			return
		}
	}
	v.problems = append(v.problems, fmt.Sprintf("event %d, %s: %s", event, what, fmt.Sprintf(format, args...)))
}

func (v *Verdict) use(d *Difference, event int) {
	d.used = true
	if v.apart == nil {
		v.apart = map[int]bool{}
	}
	v.apart[event] = true
}

// Rule tells whether a rule is listed for an event, and notes that it was needed.
func (v *Verdict) Rule(event int, name string) bool {
	for _, d := range v.allowed(event) {
		if d.Rule == name {
			v.use(d, event)
			return true
		}
	}
	return false
}

// messages compares the messages of an event.
func (v *Verdict) messages(event int, want, got []Message, input *Message, clock int64) {
	v.Compared()
	compare := func(want, got Message) (problems []problem) {
		p := pair{
			c: v.Case, want: want, got: got, input: input, source: v.source, clock: clock, tags: Tags,
			allowed: v.allowed(event), use: func(d *Difference) { v.use(d, event) },
		}
		return slices.DeleteFunc(p.compare(), func(x problem) bool { return p.excused(x.what) })
	}
	if len(got) > len(want) {
		rest := withoutFurther(want, got, compare)
		if len(rest) == len(want) && v.Rule(event, "further_messages") {
			got = rest
		}
	}
	if len(want) != len(got) {
		if len(got) == 0 && v.Case.waits(event) && v.Rule(event, "longer_wait") {
			return
		}
		v.Problem(event, "messages", "%d, want %d: %s", len(got), len(want), summary(got))
		return
	}
	for i := range want {
		problems := compare(want[i], got[i])
		if len(problems) > 0 && v.Case.crowded() && v.Case.recorded(got[i]) && v.Rule(event, "any_order") {
			continue
		}
		for _, x := range problems {
			v.Problem(event, x.what, "%s", x.text)
		}
	}
}

// withoutFurther leaves out the messages that are not the next of the wanted ones.
func withoutFurther(want, got []Message, compare func(want, got Message) []problem) (rest []Message) {
	for _, m := range got {
		if len(rest) < len(want) && len(compare(want[len(rest)], m)) == 0 {
			rest = append(rest, m)
		}
	}
	return rest
}

// Message compares one message, with its uuid, as an event's outcome.
func (v *Verdict) Message(event int, want, got Message) {
	if text(want.UUID) != text(got.UUID) {
		v.Problem(event, "uuid", "%q, want %q", text(got.UUID), text(want.UUID))
	}
	p := pair{c: v.Case, want: want, got: got}
	for _, x := range p.compare() {
		v.Problem(event, x.what, "%s", x.text)
	}
}

func summary(list []Message) string {
	var b strings.Builder
	for i := range list {
		fmt.Fprintf(&b, "%.120q ", text(list[i].Payload))
	}
	return b.String()
}

// Run judges every case of a folder and prints how many pass, differ on purpose and fail. subject,
// which may be "", tells apart several plugins that one folder is about.
func Run(t *testing.T, folder, subject string, runner Runner) *Report {
	t.Helper()
	report := &Report{Name: folder}
	if subject != "" {
		report.Name += " (" + subject + ")"
	}
	cases, err := Cases(folder)
	if err != nil {
		t.Fatal(err)
	}
	differences, err := loadDifferences(folder, subject)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range cases {
		v := &Verdict{Case: c, differences: differences}
		runner(v)
		report.count(v)
		if len(v.problems) > 0 {
			t.Errorf("%s/%s:\n\t%s", folder, c.Name, strings.Join(first(v.problems, 20), "\n\t"))
		}
	}
	reportUnused(t, differences)
	t.Log(report)
	return report
}

func (r *Report) count(v *Verdict) {
	r.Events += v.events
	r.Apart += len(v.apart)
	switch {
	case len(v.problems) > 0:
		r.Failed++
	case len(v.apart) > 0:
		r.Differ++
	default:
		r.Passed++
	}
}

// reportUnused keeps the list of differences true. Other folders than the default one need not hold
// everything that differs.
func reportUnused(t *testing.T, differences []*Difference) {
	t.Helper()
	unused := slices.DeleteFunc(slices.Clone(differences), func(d *Difference) bool { return d.used })
	for _, d := range unused {
		if os.Getenv("GOLDEN_DIR") == "" && d.Plugin != "*" {
			t.Errorf("a difference of %s is needed by nothing, remove it: %s", d.Plugin, d.Reason)
		}
	}
}

func first(list []string, n int) []string {
	if len(list) > n {
		return append(list[:n:n], fmt.Sprintf("… and %d more", len(list)-n))
	}
	return list
}
