package pipeline

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"testing"

	"lma_collector/collector/message"
	"lma_collector/collector/plugin"
)

// An output whose server is down does not keep the filters that feed it from seeing what comes: a
// dead archive of statuses must not blind the alarms.
func TestDeadOutputDoesNotBlindFilters(t *testing.T) {
	const count = 5 * injectMark
	s := newSink(t, t.Name())
	s.fail = func([]plugin.Item) error { return errors.New("server is down") }
	var seen atomic.Int64
	acts.Store(t.Name(), filterAct{process: func(f *fakeFilter, m *message.Message) error {
		seen.Add(1)
		return f.env.Inject(&message.Draft{Type: "status", Payload: m.Payload()})
	}})
	feedEach(t, t.Name(), "other metric\n", count)
	p, _ := start(t, flowing(t.Name(), `when_full = "drop_oldest"`, "[out.retries]", `delay = "1ms"`, `max_jitter = "1ms"`,
		"[f]", `type = "FakeFilter"`, "act = \""+t.Name()+"\"", `message_matcher = "Type == 'other'"`))
	until(t, "all metrics seen by the filter", func() bool { return seen.Load() == count })
	until(t, "the oldest statuses dropped", func() bool { return p.outputs[0].stats.droppedInjected.Load() > 0 })
}

// A filter that is not started again, or waits for that, does not hold up what it was fed from.
func TestFailedFilterStallsNobody(t *testing.T) {
	for _, retries := range []string{"max_retries = 0", `delay = "1h"` + "\n" + `max_delay = "1h"`} {
		name := fmt.Sprintf("%s %q", t.Name(), retries)
		s := newSink(t, name)
		acts.Store(name, filterAct{process: func(*fakeFilter, *message.Message) error {
			return plugin.Fatal(errors.New("terminated"))
		}})
		acked := feedEach(t, name, "a line\n", 5000)
		p, stop := start(t, flowing(name, "[f]", `type = "FakeFilter"`, fmt.Sprintf("act = %q", name), `message_matcher = "Type == 'a'"`,
			"queue_messages = 10", "[f.retries]", retries))
		until(t, "delivery to the output", func() bool { return isClosed(acked) })
		if n := len(s.all()); n != 5000 {
			t.Errorf("%s: %d messages delivered", retries, n)
		}
		if n := p.filters[0].stats.droppedFull.Load(); n == 0 {
			t.Errorf("%s: what the filter missed is not counted", retries)
		}
		stop()
	}
}

// feedEach delivers a line many times, each in a batch of its own, and tells when all were acknowledged.
func feedEach(t *testing.T, name, line string, count int) (acked chan struct{}) {
	acked = make(chan struct{})
	feeds.Store(name, func(ctx context.Context, host plugin.InputHost) error {
		s, err := host.NewSource(name)
		if err != nil {
			return err
		}
		defer s.Close()
		for range count {
			s.Deliver([]byte(line))
			if err := s.Flush(ctx, nil); err != nil {
				return err
			}
		}
		if err := s.Drain(ctx); err != nil {
			return err
		}
		close(acked)
		<-ctx.Done()
		return nil
	})
	t.Cleanup(func() { feeds.Delete(name) })
	return acked
}

// A filter that was started again goes on behind the message that brought it down.
func TestRestartedFilterMissesNothing(t *testing.T) {
	newSink(t, t.Name())
	var seen atomic.Int64
	acts.Store(t.Name(), filterAct{process: func(_ *fakeFilter, m *message.Message) error {
		seen.Add(1)
		switch m.Payload() {
		case "terminate":
			return plugin.Fatal(errors.New("terminated"))
		case "panic":
			panic("a bug in a filter")
		}
		return nil
	}})
	acked := feedText(t, t.Name(), "a 1\na terminate\na 3\na panic\na 5\na 6\n")
	p, _ := start(t, flowing(t.Name(), "[f]", `type = "FakeFilter"`, fmt.Sprintf("act = %q", t.Name()), `message_matcher = "Type == 'a'"`,
		"[f.retries]", `delay = "1ms"`, `max_jitter = "1ms"`))
	<-acked
	st := &p.filters[0].stats
	until(t, "all messages processed", func() bool { return st.processed.Load() == 6 })
	if seen.Load() != 6 || st.matched.Load() != 6 {
		t.Errorf("%d seen, %d matched", seen.Load(), st.matched.Load())
	}
}

// An output that drops what it has no room for holds nobody up, though it tries for ever to deliver
// the first batch that it took.
func TestDroppingOutputHoldsUpNobody(t *testing.T) {
	fails := func([]plugin.Item) error { return errors.New("server is down") }
	panics := func([]plugin.Item) error { panic("a bug in an output") }
	f := func(policy string, fail func([]plugin.Item) error) {
		t.Helper()
		name := fmt.Sprintf("%s %s %p", t.Name(), policy, fail)
		newSink(t, name).fail = fail
		const count = 2000
		acked := feedEach(t, name, "a metric\n", count)
		p, stop := start(t, flowing(name, fmt.Sprintf("when_full = %q", policy), "queue_messages = 10", "[out.retries]", `delay = "1ms"`, `max_delay = "10ms"`, `max_jitter = "1ms"`),
			func(s *Settings) { s.MaxUnacknowledged = 16 << 10 })
		until(t, policy+": all batches handed over", func() bool { return p.inputs[0].stats.messages.Load() == count })
		until(t, policy+": acknowledged", func() bool { return isClosed(acked) })
		stop()
	}
	for _, policy := range []string{"drop", "drop_oldest"} {
		f(policy, fails)
		f(policy, panics)
	}
}
