package pipeline

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"testing/synctest"

	"lma_collector/collector/plugin"
)

// What found no room before the stop is not acknowledged, though all before it was delivered: it will be read again.
func TestWhatFoundNoRoomIsNotAcknowledged(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		name := t.Name()
		s := newSink(t, name)
		s.gate = make(chan struct{})
		var acknowledged atomic.Int64
		failed := make(chan error, 1)
		feeds.Store(name, func(ctx context.Context, host plugin.InputHost) error {
			src, err := host.NewSource(name)
			if err != nil {
				return err
			}
			defer src.Close()
			for {
				src.Deliver([]byte("a line\n"))
				if err := src.Flush(ctx, func() { acknowledged.Add(1) }); err != nil {
					failed <- err
					return nil
				}
			}
		})
		defer feeds.Delete(name)
		cancel, ended := runs(t, flowing(name, "queue_messages = 1"), testSettings(t))
		synctest.Wait() // the input waits for room
		cancel()
		if err := <-failed; !errors.Is(err, context.Canceled) {
			t.Errorf("the input got %v", err)
		}
		close(s.gate)
		<-ended
		if delivered := int64(len(s.all())); delivered == 0 || acknowledged.Load() != delivered {
			t.Errorf("%d messages delivered, %d acknowledged", delivered, acknowledged.Load())
		}
	})
}

// A source whose decoder was interrupted hands nothing over any more, and has nothing acknowledged.
func TestNothingGoesOnFromATornRecord(t *testing.T) {
	s := newTestSource(t, &lineSplitter{}, plugin.SplitterOptions{}, &wordDecoder{})
	s.torn = true
	for _, record := range []string{"", "a line\n"} {
		if record != "" {
			s.Deliver([]byte(record))
		}
		if err := s.Flush(context.Background(), func() { t.Error("acknowledged") }); !errors.Is(err, errTorn) {
			t.Errorf("%q: %v", record, err)
		}
	}
}
