package pipeline

import (
	"context"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"lma_collector/collector/message"
	"lma_collector/collector/plugin"
)

// Whatever hangs, and however much of it: a stop takes no longer than its limit, by the clock of the test.
func TestStopHasOneLimit(t *testing.T) {
	for _, hung := range []string{"input", "filter", "output", "all", "all once"} {
		hung, once := strings.CutSuffix(hung, " once")
		synctest.Test(t, func(t *testing.T) {
			name := t.Name() + hung
			free := make(chan struct{})
			hang := func(kind string) {
				if hung == kind || hung == "all" {
					<-free
				}
			}
			s := newSink(t, name)
			s.fail = func([]plugin.Item) error { hang("output"); return nil }
			acts.Store(name, filterAct{process: func(*fakeFilter, *message.Message) error { hang("filter"); return nil }})
			defer acts.Delete(name)
			feeds.Store(name, func(ctx context.Context, host plugin.InputHost) error {
				src, err := host.NewSource(name)
				if err != nil {
					return err
				}
				defer src.Close()
				src.Deliver([]byte("a line\n"))
				if err := src.Flush(ctx, nil); err != nil {
					return err
				}
				<-ctx.Done()
				hang("input")
				return nil
			})
			defer feeds.Delete(name)
			settings := testSettings(t)
			settings.Once = once
			cancel, ended := runs(t, flowing(name, "[f]", `type = "FakeFilter"`, `act = "`+name+`"`, `message_matcher = "TRUE"`), settings)
			synctest.Wait() // all are at work, or hang
			began := time.Now()
			cancel()
			<-ended
			if took := time.Since(began); took > stopAll {
				t.Errorf("%s hangs (once: %t): the stop took %s, its limit is %s", hung, once, took, stopAll)
			}
			close(free)
			synctest.Wait()
		})
	}
}

// runs runs a pipeline until cancel; ended is closed when it has stopped.
func runs(t *testing.T, text string, settings Settings) (cancel func(), ended <-chan struct{}) {
	t.Helper()
	p, found := Build(sectionsOf(t, text), settings)
	if p == nil {
		t.Fatal(found)
	}
	ctx, cancel := context.WithCancel(t.Context())
	end := make(chan struct{})
	go func() {
		defer close(end)
		p.Run(ctx)
	}()
	return cancel, end
}

// What an input hands over that nobody can read again arrives though the stop comes before there is room for it:
// in the queue of an output, or in what may be on its way.
func TestStopLosesNoBatch(t *testing.T) {
	for what, change := range map[string]func(*Settings){
		"queue":  func(*Settings) {},
		"on way": func(s *Settings) { s.MaxUnacknowledged = 1 },
	} {
		synctest.Test(t, func(t *testing.T) {
			name := t.Name() + what
			s := newSink(t, name)
			s.gate = make(chan struct{})
			lines := []string{"a 1", "a 2", "a 3", "a 4", "a 5", "a 6"}
			failed := make(chan error, 1)
			feeds.Store(name, func(ctx context.Context, host plugin.InputHost) error {
				src, err := host.NewSource(name)
				if err != nil {
					return err
				}
				defer src.Close()
				for _, line := range lines {
					src.Deliver([]byte(line + "\n"))
					if err := src.Flush(ctx, nil); err != nil {
						failed <- err
						return nil
					}
				}
				return nil
			})
			defer feeds.Delete(name)
			settings := testSettings(t)
			change(&settings)
			cancel, ended := runs(t, flowing(name, "queue_messages = 1"), settings)
			synctest.Wait() // the input waits for room
			cancel()
			synctest.Wait()
			close(s.gate)
			<-ended
			if got := s.all(); len(got) != len(lines) || len(failed) > 0 {
				t.Errorf("%s: %d of %d messages arrived: %q", what, len(got), len(lines), got)
			}
		})
	}
}
