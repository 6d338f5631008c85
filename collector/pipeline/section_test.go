package pipeline

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"time"

	"lma_collector/collector/plugin"
)

func newTestSection(retries plugin.Retries) *section {
	return &section{
		name: "x", kind: plugin.KindInput, retries: retries, health: &plugin.Health{}, metrics: &plugin.Metrics{},
		log: slog.New(slog.DiscardHandler), state: &runState{},
	}
}

func TestSuperviseGivesUp(t *testing.T) {
	s := newTestSection(plugin.Retries{Delay: time.Microsecond, MaxDelay: time.Microsecond, MaxRetries: 3})
	runs := 0
	s.supervise(t.Context(), func(context.Context) error {
		if runs++; runs == 2 {
			panic("a bug")
		}
		return errors.New("no server")
	})
	state, _, _, lastErr := s.state.get()
	if runs != 4 || state != StateFailed || lastErr != "no server" {
		t.Errorf("%d runs, state %s, last error %q", runs, state, lastErr)
	}
	conditions := s.health.Conditions()
	if len(conditions) != 2 || !strings.Contains(conditions[1].Text, "failed 4 times and is not started again") {
		t.Errorf("conditions %v", conditions)
	}
}

func TestSuperviseEndsWithThePlugin(t *testing.T) {
	s := newTestSection(plugin.DefaultRetries())
	s.supervise(t.Context(), func(context.Context) error { return nil })
	if state, _, _, _ := s.state.get(); state != StateFinished {
		t.Errorf("state %s", state)
	}
}

// The end of the pipeline ends the wait for the next attempt.
func TestSuperviseStops(t *testing.T) {
	s := newTestSection(plugin.Retries{Delay: time.Hour, MaxDelay: time.Hour, MaxRetries: -1})
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() {
		s.supervise(ctx, func(context.Context) error { return errors.New("no server") })
		close(done)
	}()
	until(t, "the failure", func() bool { state, _, _, _ := s.state.get(); return state == StateWaiting })
	cancel()
	<-done
	if state, _, _, _ := s.state.get(); state != StateStopped {
		t.Errorf("state %s", state)
	}
}
