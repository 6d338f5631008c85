package pipeline

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"runtime/debug"
	"sync"
	"time"

	"lma_collector/collector/plugin"
)

// section is a running plugin as its supervisor sees it.
type section struct {
	name, typ string
	kind      plugin.Kind
	retries   plugin.Retries
	health    *plugin.Health
	metrics   *plugin.Metrics
	log       *slog.Logger
	state     *runState
}

// runState is shown to the operator; the supervisor writes it.
type runState struct {
	mu       sync.Mutex
	state    string
	since    time.Time
	restarts int
	lastErr  string
}

// States of a plugin.
const (
	StateStarting = "starting"
	StateRunning  = "running"
	StateWaiting  = "waiting" // failed, will be started again
	StateFailed   = "failed"  // failed as often as max_retries allows
	StateFinished = "finished"
	StateStopped  = "stopped"
)

func (r *runState) set(state string, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.state != state {
		r.state, r.since = state, time.Now()
	}
	if err != nil {
		r.lastErr = err.Error()
		r.restarts++
	}
}

func (r *runState) get() (state string, since time.Time, restarts int, lastErr string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.state, r.since, r.restarts, r.lastErr
}

// healthyAfter is how long a plugin must run before its next failure counts as the first again.
const healthyAfter = time.Minute

// supervise runs the plugin until ctx ends, and again after a back-off whenever it fails or panics.
// run returns nil when it is finished for good.
func (s *section) supervise(ctx context.Context, run func(context.Context) error) {
	wait, failures := s.retries.Delay, 0
	for ctx.Err() == nil {
		started := time.Now()
		s.state.set(StateRunning, nil)
		err := guarded(ctx, run)
		switch {
		case ctx.Err() != nil:
			s.state.set(StateStopped, nil)
			return
		case err == nil:
			s.state.set(StateFinished, nil)
			return
		}
		if time.Since(started) > healthyAfter {
			wait, failures = s.retries.Delay, 0
		}
		failures++
		if s.retries.MaxRetries >= 0 && failures > s.retries.MaxRetries {
			s.state.set(StateFailed, err)
			s.health.Set("stopped", fmt.Sprintf("%s %s failed %d times and is not started again (retries.max_retries): %v", s.kind, s.name, failures, err))
			return
		}
		s.state.set(StateWaiting, err)
		s.health.Set("restart", fmt.Sprintf("%s %s failed and is started again: %v", s.kind, s.name, err))
		pause(ctx, wait+jitter(s.retries.MaxJitter))
		wait = min(2*wait, s.retries.MaxDelay)
	}
	s.state.set(StateStopped, nil)
}

// settled ends the condition of a restart; runners call it when their plugin works again.
func (s *section) settled() { s.health.Clear("restart") }

func jitter(most time.Duration) time.Duration {
	if most <= 0 {
		return 0
	}
	return rand.N(most)
}

// shortestPause keeps retries whose delay and jitter are both 0 from spinning.
const shortestPause = time.Millisecond

// pause waits for d or the end of ctx.
func pause(ctx context.Context, d time.Duration) {
	t := time.NewTimer(max(d, shortestPause))
	defer t.Stop()
	select {
	case <-t.C:
	case <-ctx.Done():
	}
}

// errPanic marks an error that was a panic of a plugin.
var errPanic = errors.New("panic")

// guarded makes an error of a panic: one plugin's bug must not end the collector.
func guarded(ctx context.Context, run func(context.Context) error) (err error) {
	defer asError(&err)
	return run(ctx)
}

// asError, deferred, ends a panic and makes an error of it.
func asError(err *error) {
	if r := recover(); r != nil {
		*err = fmt.Errorf("%w: %v\n%s", errPanic, r, debug.Stack())
	}
}
