package pipeline

import (
	"context"
	"fmt"
	"sync"
	"time"

	"lma_collector/collector/message"
	"lma_collector/collector/plugin"
)

// input runs one input section.
type input struct {
	section
	options           plugin.InputOptions
	build             func() (plugin.Input, error)
	newSplitter       func() (plugin.Splitter, plugin.SplitterOptions, error)
	newDecoder        func(token string) (plugin.Decoder, error) // nil for none
	router            *router
	late              context.Context // ends when decoders are interrupted; nil: never
	last              context.Context // of the run, ends lastFlush after it was told to end; nil before it
	maxRecord         int             // bytes
	maxUnacknowledged int             // bytes per source
	stats             inputStats

	mu      sync.Mutex
	sources map[*source]string // with their tokens

	failures  throttle
	onFailure func(record []byte, err error) // instead of the log
}

var _ plugin.InputHost = (*input)(nil)

func (in *input) NewSource(token string) (plugin.Source, error) { return newSource(in, token) }

func (in *input) addSource(token string, s *source) {
	in.mu.Lock()
	defer in.mu.Unlock()
	if in.sources == nil {
		in.sources = map[*source]string{}
	}
	in.sources[s] = token
	in.stats.sources.Store(int64(len(in.sources)))
}

func (in *input) removeSource(s *source) {
	in.mu.Lock()
	defer in.mu.Unlock()
	delete(in.sources, s)
	in.stats.sources.Store(int64(len(in.sources)))
}

// unacknowledged sums up what the sources wait for, in bytes of messages.
func (in *input) unacknowledged() (n int) {
	in.mu.Lock()
	defer in.mu.Unlock()
	for s := range in.sources {
		n += s.flight.unacknowledged()
	}
	return n
}

// interrupted tells whether decoders are.
func (in *input) interrupted() bool { return in.late != nil && in.late.Err() != nil }

// lastFlush is how long what nobody can read again may wait for room when the input is told to end.
const lastFlush = 800 * time.Millisecond

// run builds the input and lets it work until it ends. Sources that it left open are closed.
func (in *input) run(ctx context.Context) error {
	p, err := in.build()
	if err != nil {
		return err
	}
	var cancel context.CancelFunc
	in.last, cancel = context.WithCancel(context.WithoutCancel(ctx))
	defer cancel()
	defer context.AfterFunc(ctx, func() { time.AfterFunc(lastFlush, cancel) })()
	defer in.closeSources()
	settle := time.AfterFunc(in.retries.MaxDelay/10+time.Second, in.settled)
	defer settle.Stop()
	return p.Run(ctx, in)
}

func (in *input) closeSources() {
	in.mu.Lock()
	left := in.sources
	in.sources = nil
	in.mu.Unlock()
	for s := range left {
		s.Close()
	}
}

// decodeFailed logs the first failure of a minute; all are counted.
func (in *input) decodeFailed(record []byte, err error) {
	if in.onFailure != nil {
		in.onFailure(record, err)
		return
	}
	if !in.options.LogDecodeFailures {
		return
	}
	if more, ok := in.failures.allow(time.Now()); ok {
		in.log.Warn("record could not be decoded", "error", err, "more_in_the_last_minute", more)
	}
}

// throttle lets one event a minute through and counts the others.
type throttle struct {
	mu      sync.Mutex
	last    time.Time
	skipped int
}

func (t *throttle) allow(now time.Time) (skipped int, ok bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if now.Sub(t.last) < time.Minute {
		t.skipped++
		return 0, false
	}
	skipped, t.skipped, t.last = t.skipped, 0, now
	return skipped, true
}

// sealed makes one message of a draft, for what the pipeline itself has to say.
func sealed(d *message.Draft) *message.Batch {
	b := message.NewBatch()
	b.Append(d)
	return b
}

// errUnknown is for a reference to a section that is not there.
func errUnknown(kind plugin.Kind, name, near string) error {
	if near != "" {
		return fmt.Errorf("no %s section or type is called %q; did you mean %q?", kind, name, near)
	}
	return fmt.Errorf("no %s section or type is called %q", kind, name)
}
