package pipeline

import (
	"context"
	"strings"
	"testing"
	"time"

	"lma_collector/collector/plugin"
)

// patient is an output that would gather for an hour.
type patient struct{ fakeOutput }

func (p *patient) NewOutput(*plugin.Env) (plugin.Output, error) { return p, nil }
func (p *patient) BatchPolicy() plugin.BatchPolicy {
	return plugin.BatchPolicy{Count: 1000, Interval: time.Hour}
}

func init() {
	plugin.RegisterOutput("PatientOutput", func() plugin.OutputConfig { return &patient{} })
}

// Somebody who waits for an answer does not wait for an output's interval.
func TestUrgentSourcesAreNotMadeToWait(t *testing.T) {
	newSink(t, t.Name())
	acked := make(chan struct{})
	feeds.Store(t.Name(), func(ctx context.Context, host plugin.InputHost) error {
		s, err := host.NewSource("")
		if err != nil {
			return err
		}
		defer s.Close()
		s.SetUrgent()
		s.Deliver([]byte("a one\n"))
		if err := s.Flush(ctx, func() { close(acked) }); err != nil {
			return err
		}
		<-ctx.Done()
		return nil
	})
	start(t, strings.Replace(flowing(t.Name()), "FakeOutput", "PatientOutput", 1))
	<-acked
}
