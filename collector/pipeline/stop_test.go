package pipeline

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"lma_collector/collector/message"
	"lma_collector/collector/plugin"
)

// Whatever hangs, and however much of it: a stop takes no longer than its limit, by the clock of the test.
func TestStopHasOneLimit(t *testing.T) {
	for _, hung := range []string{"input", "filter", "output", "all"} {
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
			p, found := Build(sectionsOf(t, flowing(name, "[f]", `type = "FakeFilter"`, `act = "`+name+`"`, `message_matcher = "TRUE"`)), testSettings(t))
			if p == nil {
				t.Fatal(found)
			}
			ctx, cancel := context.WithCancel(t.Context())
			ended := make(chan struct{})
			go func() {
				defer close(ended)
				p.Run(ctx)
			}()
			synctest.Wait() // all are at work, or hang
			began := time.Now()
			cancel()
			<-ended
			if took := time.Since(began); took > stopAll {
				t.Errorf("%s hangs: the stop took %s, its limit is %s", hung, took, stopAll)
			}
			close(free)
			synctest.Wait()
		})
	}
}
