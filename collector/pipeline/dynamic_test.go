package pipeline

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"lma_collector/collector/config"
	"lma_collector/collector/message"
	"lma_collector/collector/plugin"
)

// runningFilters is what a manager in the pipeline may do.
func runningFilters(t testing.TB, p *Pipeline, manager string) (f plugin.Filters) {
	t.Helper()
	until(t, "the pipeline runs", func() bool {
		f = p.dynamic.of(manager)
		return f != nil
	})
	return f
}

func dynamicFake(t testing.TB, name, section string) plugin.DynamicFilter {
	t.Helper()
	list, found := config.ParseForeign("foreign", section)
	if found.HasErrors() {
		t.Fatal(found)
	}
	f := plugin.DynamicFilter{Name: name, Section: list[0], Config: &fakeFilter{}, Options: plugin.ConsumerOptions{Retries: plugin.DefaultRetries(), WhenFull: "block"}}
	if found := list[0].Decode(f.Config, &f.Options); found.HasErrors() {
		t.Fatal(found)
	}
	return f
}

func reportOf(p *Pipeline, name string) *PluginReport {
	for _, r := range p.Report().Plugins {
		if r.Name == name {
			return &r
		}
	}
	return nil
}

// stream feeds lines through an input until the test ends.
func stream(t testing.TB, name, line string) {
	feeds.Store(name, func(ctx context.Context, host plugin.InputHost) error {
		s, err := host.NewSource(name)
		if err != nil {
			return err
		}
		defer s.Close()
		for ctx.Err() == nil {
			if _, err := s.Fill(strings.NewReader(strings.Repeat(line+"\n", 50))); err != nil {
				return err
			}
			if s.Flush(ctx, nil) != nil {
				return nil
			}
		}
		return nil
	})
	t.Cleanup(func() { feeds.Delete(name) })
}

const streaming = `
[in]
type = "FakeInput"
feed = "stream"
splitter = "LineSplitter"
decoder = "WordDecoder"
[static]
type = "FakeFilter"
act = "none"
message_matcher = "Type == 'nothing'"
`

func TestFiltersComeAndGo(t *testing.T) {
	stream(t, "stream", "load x")
	var taken atomic.Int64
	acts.Store("take", filterAct{process: func(*fakeFilter, *message.Message) error { taken.Add(1); return nil }})
	p, _ := start(t, streaming)
	fs := runningFilters(t, p, "manager")
	for i := range 5 {
		if err := fs.Add(dynamicFake(t, "m-f", "[f]\ntype = \"FakeFilter\"\nact = \"take\"\nmessage_matcher = \"Type == 'load'\"\n")); err != nil {
			t.Fatal(err)
		}
		before := taken.Load()
		until(t, "the filter gets messages", func() bool { return taken.Load() > before })
		r := reportOf(p, "m-f")
		if r == nil || r.Manager != "manager" || r.Kind != plugin.KindFilter || r.Matcher != "Type == 'load'" {
			t.Fatalf("round %d: report %+v", i, r)
		}
		if names := fs.Names(); !slices.Equal(names, []string{"m-f"}) {
			t.Fatalf("names %v", names)
		}
		if p.dynamic.of("other").Remove("m-f") || fs.Remove("nothing") {
			t.Fatal("removed what was not its own")
		}
		if !fs.Remove("m-f") || reportOf(p, "m-f") != nil || len(fs.Names()) != 0 {
			t.Fatal("it is still there")
		}
		after := taken.Load()
		if fs.Remove("m-f") || taken.Load() != after {
			t.Fatal("a removed filter works on")
		}
	}
}

func TestRefusedFilters(t *testing.T) {
	p, stop := start(t, streaming)
	fs := runningFilters(t, p, "manager")
	good := "[f]\ntype = \"FakeFilter\"\nmessage_matcher = \"TRUE\"\n"
	if err := fs.Add(dynamicFake(t, "m-f", good)); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct{ as, section, want string }{
		"twice":         {"m-f", good, "m-f is already running"},
		"of the config": {"static", good, "static is already running, as a section of the configuration"},
		"no matcher":    {"m-g", "[f]\ntype = \"FakeFilter\"\n", "foreign:1:1: error: message_matcher is missing (give one, such as message_matcher = \"Type == 'log'\")"},
		"bad matcher":   {"m-g", "[f]\ntype = \"FakeFilter\"\nmessage_matcher = \"Type =\"\n", "foreign:3:1: error: message_matcher: "},
		"bad policy":    {"m-g", "[f]\ntype = \"FakeFilter\"\nmessage_matcher = \"TRUE\"\nwhen_full = \"explode\"\n", "foreign:4:1: error: when_full: "},
		"no filter":     {"m-g", "[f]\ntype = \"FakeOutput\"\n", `"FakeOutput" is no type of filter`},
	} {
		f := plugin.DynamicFilter{Name: c.as}
		list, _ := config.ParseForeign("foreign", c.section)
		f.Section, f.Config, f.Options = list[0], &fakeFilter{}, plugin.ConsumerOptions{WhenFull: "block"}
		_ = list[0].Decode(&f.Options, &map[string]any{})
		if err := fs.Add(f); err == nil || !strings.HasPrefix(err.Error(), c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if names := fs.Names(); !slices.Equal(names, []string{"m-f"}) {
		t.Errorf("names %v", names)
	}
	stop()
	if err := fs.Add(dynamicFake(t, "m-late", good)); !errors.Is(err, plugin.ErrStopping) {
		t.Errorf("after the stop: %v", err)
	}
	if fs.Remove("m-f") || p.dynamic.of("manager") != nil {
		t.Error("something can be done after the stop")
	}
}

// A filter that takes for ever is removed while sources wait for it; everything else goes on.
func TestRemoveWhileBlocked(t *testing.T) {
	stream(t, "stream", "load x")
	gate := make(chan struct{})
	entered := make(chan struct{}, 1)
	var once sync.Once
	open := func() { once.Do(func() { close(gate) }) }
	defer open()
	acts.Store("stuck", filterAct{process: func(*fakeFilter, *message.Message) error {
		select {
		case entered <- struct{}{}:
		default:
		}
		<-gate
		return nil
	}})
	p, _ := start(t, streaming)
	fs := runningFilters(t, p, "manager")
	if err := fs.Add(dynamicFake(t, "m-f", "[f]\ntype = \"FakeFilter\"\nact = \"stuck\"\nmessage_matcher = \"TRUE\"\nqueue_messages = 10\n")); err != nil {
		t.Fatal(err)
	}
	<-entered
	l := p.dynamic.loaded["m-f"]
	until(t, "a source waits", func() bool { return l.stats.blocked.Load() > 0 })
	removed := make(chan bool)
	go func() { removed <- fs.Remove("m-f") }()
	until(t, "it is out of the routes", func() bool { return reportOf(p, "m-f") == nil })
	open()
	if !<-removed {
		t.Error("not removed")
	}
	in := reportOf(p, "in")
	until(t, "the input goes on", func() bool { return counter(reportOf(p, "in"), "messages") > counter(in, "messages")+1000 })
}

// A slow filter in the middle of much work ends when it is removed.
func TestRemoveWhileBusy(t *testing.T) {
	stream(t, "stream", "load x")
	var taken atomic.Int64
	acts.Store("drag", filterAct{process: func(*fakeFilter, *message.Message) error {
		taken.Add(1)
		for start := time.Now(); time.Since(start) < 100*time.Millisecond; { // with fifty of them in a parcel
		}
		return nil
	}})
	p, _ := start(t, streaming)
	fs := runningFilters(t, p, "manager")
	if err := fs.Add(dynamicFake(t, "m-f", "[f]\ntype = \"FakeFilter\"\nact = \"drag\"\nmessage_matcher = \"TRUE\"\n")); err != nil {
		t.Fatal(err)
	}
	until(t, "it works", func() bool { return taken.Load() > 0 })
	l := p.dynamic.loaded["m-f"]
	if !fs.Remove("m-f") {
		t.Fatal("not removed")
	}
	select {
	case <-l.ended:
	default:
		t.Error("it was left to itself")
	}
}

func counter(r *PluginReport, name string) int64 {
	for _, c := range r.Counters {
		if c.Name == name {
			return c.Value
		}
	}
	return -1
}

// What is put into the queue of a removed filter, by who still has the old routes, is dropped.
func TestClosedQueue(t *testing.T) {
	for _, full := range []plugin.Full{plugin.FullBlock, plugin.FullDrop} {
		var stats consumerStats
		q := newQueue(queueLimits{messages: 1, bytes: 1, full: full, mark: 1}, &stats)
		parcelOf := func() *parcel {
			b := sealed(&message.Draft{Type: "x"})
			p := newParcel(b)
			p.add(b.At(0))
			return p
		}
		_ = q.put(context.Background(), parcelOf())
		waiting := make(chan error)
		if full == plugin.FullBlock {
			go func() { waiting <- q.put(context.Background(), parcelOf()) }()
			until(t, "the producer waits", func() bool { return stats.blocked.Load() > 0 })
		}
		q.close()
		if full == plugin.FullBlock {
			if err := <-waiting; err != nil {
				t.Error(err)
			}
		}
		_ = q.put(context.Background(), parcelOf())
		q.putInjected(parcelOf())
		if n, _ := q.length(); n != 0 {
			t.Errorf("%d messages in a closed queue", n)
		}
	}
}

// A filter that others have to wait for is ended, told of, and started again.
func TestSlowFilterIsEnded(t *testing.T) {
	stream(t, "stream", "load x")
	told := newSink(t, "told")
	acts.Store("slow", filterAct{process: func(*fakeFilter, *message.Message) error {
		for start := time.Now(); time.Since(start) < 50*time.Microsecond; { // a busy filter
		}
		return nil
	}})
	p, _ := start(t, streaming+`
[told]
type = "FakeOutput"
sink = "told"
encoder = "TextEncoder"
message_matcher = "Type == 'heka.sandbox-terminated' && Fields[plugin] == 'm-slow' && Fields[ProcessMessageSamples] >= 100"
`)
	fs := runningFilters(t, p, "manager")
	f := dynamicFake(t, "m-slow", "[f]\ntype = \"FakeFilter\"\nact = \"slow\"\nmessage_matcher = \"TRUE && Type == 'load'\"\nqueue_messages = 10\n")
	f.MaxProcessDuration = 10 * time.Microsecond
	if err := fs.Add(f); err != nil {
		t.Fatal(err)
	}
	until(t, "the filter is ended twice", func() bool {
		r := reportOf(p, "m-slow")
		return r.Restarts > 1 && r.LastError == errSlow.Error()
	})
	until(t, "it is told", func() bool { return slices.Contains(told.all(), errSlow.Error()) })
}

func TestManyChangesUnderLoad(t *testing.T) {
	stream(t, "stream", "load x")
	acts.Store("echo", filterAct{process: func(f *fakeFilter, _ *message.Message) error {
		return f.env.Inject(&message.Draft{Type: "echo"})
	}})
	p, _ := start(t, streaming)
	var wg sync.WaitGroup
	for w := range 3 {
		fs := runningFilters(t, p, fmt.Sprint("manager", w))
		wg.Go(func() {
			for i := range 20 {
				name := fmt.Sprintf("m%d-%d", w, i%3)
				section := fmt.Sprintf("[f]\ntype = \"FakeFilter\"\nact = \"echo\"\nmessage_matcher = \"Type == 'load' || Fields[x] == '%d'\"\n", i)
				if w == 2 {
					section = "[f]\ntype = \"FakeFilter\"\nmessage_matcher = \"Type == 'echo'\"\n"
				}
				list, _ := config.ParseForeign("f", section)
				f := plugin.DynamicFilter{Name: name, Section: list[0], Config: &fakeFilter{}, Options: plugin.ConsumerOptions{Retries: plugin.DefaultRetries(), WhenFull: "block"}}
				list[0].Decode(f.Config, &f.Options)
				if err := fs.Add(f); err != nil {
					t.Error(err)
				}
				p.Report()
				if i%3 == 2 {
					for _, n := range fs.Names() {
						fs.Remove(n)
					}
				}
			}
		})
	}
	wg.Wait()
}
