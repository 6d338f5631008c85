package pipeline

import (
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"lma_collector/collector/config"
	"lma_collector/collector/message"
	"lma_collector/collector/plugin"
)

// countedFilter counts what is made of it.
type countedFilter struct {
	Bad                    bool   `toml:"bad"`
	Claim                  string `toml:"claim"`
	built, started, closed atomic.Int32
	processed              atomic.Int32
}

var counted atomic.Pointer[countedFilter] // the last configuration

func init() {
	plugin.RegisterFilter("CountedFilter", func() plugin.FilterConfig {
		c := &countedFilter{}
		counted.Store(c)
		return c
	})
}

func (c *countedFilter) NewFilter(env *plugin.Env) (plugin.Filter, error) {
	if err := env.Inject(&message.Draft{Type: "early"}); err == nil {
		return nil, plugin.BadOption("bad", "could inject before it ran")
	}
	if c.Bad {
		return nil, plugin.BadOption("bad", "is set")
	}
	c.built.Add(1)
	return countedInstance{c}, nil
}

func (c *countedFilter) Owns(*plugin.Env) []plugin.Claim {
	if c.Claim == "" {
		return nil
	}
	return []plugin.Claim{{What: c.Claim, Option: "claim", Hint: "take another"}}
}

type countedInstance struct{ c *countedFilter }

func (i countedInstance) Start() error                   { i.c.started.Add(1); return nil }
func (i countedInstance) Process(*message.Message) error { i.c.processed.Add(1); return nil }
func (i countedInstance) Tick(time.Time) error           { return nil }
func (i countedInstance) Close() error                   { i.c.closed.Add(1); return nil }

func (c *countedFilter) want(t *testing.T, what string, built, started, closed int32) {
	t.Helper()
	if c.built.Load() != built || c.started.Load() != started || c.closed.Load() != closed {
		t.Errorf("%s: built %d, started %d, closed %d times; want %d, %d, %d",
			what, c.built.Load(), c.started.Load(), c.closed.Load(), built, started, closed)
	}
}

const countedSection = "[f]\ntype = \"CountedFilter\"\nmessage_matcher = \"Type == 'a'\"\n"

// What a check has built runs; what does not run is closed, and was never started.
func TestFiltersAreBuiltOnce(t *testing.T) {
	newSink(t, t.Name())
	acked := feedText(t, t.Name(), "a line\n")
	_, stop := start(t, flowing(t.Name(), countedSection))
	c := counted.Load()
	<-acked
	until(t, "the message is processed", func() bool { return c.processed.Load() == 1 })
	c.want(t, "running", 1, 1, 0)
	stop()
	c.want(t, "stopped", 1, 1, 1)

	Check(sectionsOf(t, countedSection), testSettings(t))
	counted.Load().want(t, "checked", 1, 0, 1)
	if p, _ := Build(sectionsOf(t, countedSection+"[bad]\ntype = \"NoSuchType\"\n"), testSettings(t)); p != nil {
		t.Error("built with an unknown type")
	}
	counted.Load().want(t, "refused", 1, 0, 1)
	if _, found := NewTools(sectionsOf(t, countedSection), testSettings(t)); found.HasErrors() {
		t.Error(found)
	}
	counted.Load().want(t, "looked at", 1, 0, 1)
}

func addCounted(fs plugin.Filters, name, text string) (*countedFilter, error) {
	list, _ := config.ParseForeign("foreign", text)
	c := &countedFilter{}
	f := plugin.DynamicFilter{Name: name, Section: list[0], Config: c, Options: plugin.ConsumerOptions{WhenFull: "block", Retries: plugin.DefaultRetries()}}
	_ = list[0].Decode(c, &f.Options)
	return c, fs.Add(f)
}

// The same for filters that come while the pipeline runs.
func TestDynamicFiltersAreBuiltOnce(t *testing.T) {
	p, stop := start(t, streaming)
	fs := runningFilters(t, p, "manager")
	add := func(name, text string) (*countedFilter, error) { return addCounted(fs, name, text) }
	first, err := add("m-f", countedSection)
	if err != nil {
		t.Fatal(err)
	}
	until(t, "it runs", func() bool { return first.started.Load() == 1 })
	again, err := add("m-f", countedSection)
	if err == nil {
		t.Error("added twice")
	}
	again.want(t, "refused", 1, 0, 1)
	if again, err = add("m-g", "[f]\ntype = \"CountedFilter\"\nmessage_matcher = \"Type\"\n"); err == nil {
		t.Error("added without a matcher")
	}
	again.want(t, "without a matcher", 1, 0, 1)
	stop()
	first.want(t, "stopped", 1, 1, 1)
	late, err := add("m-h", countedSection)
	if err == nil {
		t.Error("added after the stop")
	}
	late.want(t, "after the stop", 1, 0, 1)
}

// What only one may use is refused to a second: of the configuration, with its place, and of filters that come.
func TestOwners(t *testing.T) {
	const own = countedSection + "claim = \"file x\"\n"
	const want = "error: file x is also claimed by [f] in "
	both := own + strings.Replace(own, "[f]", "[g]", 1)
	if p, found := Build(sectionsOf(t, both), testSettings(t)); p != nil || !strings.Contains(found.String(), "test.toml:8:1: "+want) {
		t.Errorf("built: %v", found)
	}
	if found := Check(sectionsOf(t, both), testSettings(t)); strings.Count(found.String(), want) != 1 {
		t.Errorf("checked: %v", found)
	}
	p, _ := start(t, streaming+strings.Replace(own, "[f]", "[h]", 1))
	one, other := runningFilters(t, p, "one"), runningFilters(t, p, "other")
	for _, step := range []struct {
		fs                plugin.Filters
		name, claim, want string
	}{
		{one, "one-a", "file x", "file x belongs to [h]: take another"},
		{one, "one-a", "file y", ""},
		{other, "other-a", "file y", "file y belongs to one-a: take another"},
		{other, "other-a", "file z", ""},
	} {
		_, err := addCounted(step.fs, step.name, strings.Replace(own, "file x", step.claim, 1))
		if text := fmt.Sprint(err); text != step.want && (err != nil || step.want != "") {
			t.Errorf("%s claims %s: %v", step.name, step.claim, err)
		}
	}
	one.Remove("one-a")
	if _, err := addCounted(other, "other-b", strings.Replace(own, "file x", "file y", 1)); err != nil {
		t.Error(err)
	}
}
