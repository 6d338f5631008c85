package sandbox

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"lma_collector/collector/plugin"
)

// InputConfig is the configuration of a SandboxInput.
type InputConfig struct {
	Options
	// Default false; accepted without effect: an input has no timer.
	TimerEventOnShutdown bool `toml:"timer_event_on_shutdown"`
}

// NewInput compiles the script; it is run when the input runs, since it may open files and more.
func (c *InputConfig) NewInput(env *plugin.Env) (plugin.Input, error) {
	if err := c.check(env); err != nil {
		return nil, err
	}
	zone, err := c.zone()
	if err != nil {
		return nil, err
	}
	if err := c.compiles(env); err != nil {
		return nil, err
	}
	return &Input{config: c, env: env, zone: zone}, nil
}

// Input is a SandboxInput: its script injects messages for as long as process_message runs, or each
// ticker_interval.
type Input struct {
	config *InputConfig
	env    *plugin.Env
	zone   *time.Location // in which timestamps are wall clock, nil for UTC
	keeper *keeper        // nil while the script is loaded

	// What the script has injected and is not handed over yet. The flusher hands it over, so that
	// nothing waits in the source while the script waits for its own.
	mu     sync.Mutex
	source plugin.Source
	ctx    context.Context // of the run
	count  int
	bytes  int
	wake   chan struct{}
}

var (
	_ plugin.OnceInput = (*Input)(nil)
	_ host             = (*Input)(nil)
)

// ReadsOnce says that the input may call its script once and end.
func (in *Input) ReadsOnce() {}

// A batch is handed over by the script's own goroutine when it has reached one of these sizes.
const (
	fullCount = 256
	fullBytes = 256 << 10
)

// Run starts the script and calls it until ctx ends, it fails, or it has run once without a ticker.
func (in *Input) Run(ctx context.Context, host plugin.InputHost) error {
	source, err := host.NewSource("")
	if err != nil {
		return err
	}
	defer source.Close()
	in.source, in.ctx, in.wake = source, ctx, make(chan struct{}, 1)
	in.keeper, in.count, in.bytes = nil, 0, 0
	done := make(chan struct{})
	var flusher sync.WaitGroup
	flusher.Go(func() { in.flushAll(done) })
	defer func() { _ = in.flush() }() // the source says what is lost
	defer flusher.Wait()
	defer close(done)

	s, err := in.config.open(ctx, in.env, plugin.KindInput, in)
	if err != nil {
		return stopped(ctx, err)
	}
	in.keeper = newKeeper(in.config.PreserveData, in.config.dataFile(in.env, plugin.KindInput), in.env)
	err = in.loop(ctx, s)
	err = errors.Join(err, in.keepLast(ctx, s))
	s.close()
	return err
}

// lastKeep is how long the script's last messages may take to be delivered when the input stops.
const lastKeep = time.Second

// keepLast keeps the script's data at its end once all that it has injected is delivered. Otherwise it begins
// where it was when its data were kept before, and injects again what may be lost.
func (in *Input) keepLast(ctx context.Context, s *script) error {
	w, err := in.keeper.final(s)
	if w == nil {
		return errors.Join(err, in.keeper.end())
	}
	late, cancel := context.WithCancel(context.WithoutCancel(ctx))
	defer cancel()
	defer context.AfterFunc(ctx, func() { time.AfterFunc(lastKeep, cancel) })()
	if in.flushFor(late, w) == nil {
		_ = in.source.Drain(late)
	}
	if w.cancel(); w.canceled && in.env.Log != nil { // the write has not begun
		in.env.Log.Warn("the script's last messages are not delivered: it will begin where its data were kept before them")
	}
	return in.keeper.end()
}

// flushFor hands over what there is; when it is delivered with all before it, the data are written.
func (in *Input) flushFor(ctx context.Context, w *writing) error {
	in.mu.Lock()
	defer in.mu.Unlock()
	in.count, in.bytes = 0, 0
	return in.source.Flush(ctx, w.begin)
}

// keep writes the script's data now and then, as soon as what it has injected before is delivered.
func (in *Input) keep(s *script) {
	if w := in.keeper.due(s); w != nil && in.flushFor(in.ctx, w) != nil {
		w.cancel()
	}
}

// stopped leaves out an error that only says that the plugin stops.
func stopped(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return nil
	}
	return err
}

// loop calls the script again and again.
func (in *Input) loop(ctx context.Context, s *script) error {
	for ctx.Err() == nil {
		switch status := s.process(); {
		case ctx.Err() != nil:
			return nil
		case status > 0:
			tell(in.env, s)
			return fmt.Errorf("FATAL: %s", s.reason())
		case status < 0:
			in.trouble(s.complaint())
		default:
			in.trouble(nil)
		}
		in.keep(s)
		if in.env.TickerInterval <= 0 || in.env.Once {
			if in.env.Log != nil {
				in.env.Log.Info("single run completed")
			}
			return nil
		}
		wait := time.NewTimer(in.env.TickerInterval)
		select {
		case <-ctx.Done():
		case <-wait.C:
		}
		wait.Stop()
	}
	return nil
}

// trouble tells of a negative status until the script has succeeded again.
func (in *Input) trouble(err error) {
	switch {
	case in.env.Health == nil:
	case err != nil:
		in.env.Health.Set("script", fmt.Sprintf("the script failed: %v", err))
	default:
		in.env.Health.Clear("script")
	}
}

// injectMessage puts the message into the batch. It waits while nobody takes it. Since a script may inject
// and never return, its data are kept now and then here, too.
func (in *Input) injectMessage(s *script) error {
	s.identify()
	s.made.Timestamp = asWallClock(s.made.Timestamp, in.zone)
	if err := in.take(s); err != nil {
		return err
	}
	if in.keeper != nil {
		in.keep(s) // now, since the script may count the message already
	}
	return nil
}

// take puts the message into the batch.
func (in *Input) take(s *script) error {
	in.mu.Lock()
	defer in.mu.Unlock()
	if in.ctx.Err() != nil {
		return in.abort(s)
	}
	in.source.Emit(&s.made)
	in.count++
	in.bytes += s.size
	if in.count >= fullCount || in.bytes >= fullBytes {
		if in.flush() != nil {
			return in.abort(s)
		}
		return nil
	}
	select {
	case in.wake <- struct{}{}:
	default:
	}
	return nil
}

var errAborted = errors.New("aborted")

// abort ends the script, which is told so only if it is quick.
func (in *Input) abort(s *script) error {
	s.interrupt()
	return errAborted
}

// injectPayload does not exist in inputs.
func (in *Input) injectPayload(*script, []byte, string, string) error { return errAborted }

func (in *Input) flush() error {
	if !in.source.Pending() {
		return nil
	}
	in.count, in.bytes = 0, 0
	return in.source.Flush(in.ctx, nil)
}

// flushAll hands over what there is whenever there is something.
func (in *Input) flushAll(done <-chan struct{}) {
	for {
		select {
		case <-in.wake:
		case <-done:
			return
		}
		in.mu.Lock()
		_ = in.flush() // fails only when the input stops
		in.mu.Unlock()
	}
}
