package pipeline

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync/atomic"
	"time"

	"lma_collector/collector/message"
	"lma_collector/collector/plugin"
)

// filter runs one filter section. Its goroutine owns the plugin, its state and what it injects.
type filter struct {
	*consumer
	build     func(inject func(*message.Draft) error) (built, error)
	first     built                 // before it runs: what its check has built
	filters   func() plugin.Filters // that it may manage; nil for a tap
	late      context.Context       // ends when what it is doing must end
	interrupt context.CancelFunc
	router    *router
	routing   routing
	ticker    time.Duration
	hostname  string
	maxLoops  int
	maxSize   int
	batch     *message.Batch
	parcel    *parcel // being processed
	at        int     // message of it that is next
	loops     int     // of the message being processed
	rng       *rand.ChaCha8
	failures  throttle
	drained   <-chan struct{} // closed when no more input will come
	slow      slowness
	cut       atomic.Bool          // set: end at once, with work undone
	asked     chan (chan struct{}) // in a run that reads once: tick, and close what is sent
}

// built is a filter with what it was built with.
type built struct {
	plugin.Filter
	env *plugin.Env
}

// make gives what the check has built, or another.
func (f *filter) make() (built, error) {
	if p := f.first; p.Filter != nil {
		f.first = built{}
		return p, nil
	}
	return f.build(f.inject)
}

// discard closes what was built and never ran.
func (f *filter) discard() {
	if p := f.first; p.Filter != nil {
		f.first = built{}
		f.closePlugin(p.Filter)
	}
}

// run builds the filter and feeds it until ctx ends, or until the pipeline is drained.
func (f *filter) run(ctx context.Context) error {
	var seed [32]byte
	for i := range seed {
		seed[i] = byte(rand.Uint32())
	}
	f.rng = rand.NewChaCha8(seed)
	f.batch = message.NewBatch()
	defer f.dropBatch()
	defer f.attend(false)
	defer context.AfterFunc(ctx, func() { f.cut.Store(true) })()
	p, err := f.make()
	if err != nil {
		return err
	}
	defer f.closePlugin(p.Filter)
	if err := p.start(f); err != nil {
		return err
	}
	f.slow.begin(f)
	f.settled()
	f.attend(true)
	return f.loop(ctx, p.Filter)
}

// start tells the filter that it runs.
func (p built) start(f *filter) error {
	s, ok := p.Filter.(plugin.Starter)
	if !ok {
		return nil
	}
	if f.filters != nil {
		p.env.Filters = f.filters()
	}
	return s.Start()
}

// attend tells those who feed the filter whether it takes messages: nobody waits for one that failed.
func (f *filter) attend(on bool) {
	f.stuck.Store(!on)
	f.queue.attend(on)
}

func (f *filter) closePlugin(p plugin.Filter) {
	c, ok := p.(plugin.Closer)
	if !ok {
		return
	}
	defer f.flush() // what it had to say at its end
	if err := c.Close(); err != nil {
		f.log.Warn("filter did not close cleanly", "error", err)
	}
}

func (f *filter) dropBatch() {
	f.batch.Release()
	f.batch = nil
}

// cloggedWait is how long a filter pauses before it looks whether its consumers have caught up.
const cloggedWait = 5 * time.Millisecond

func (f *filter) loop(ctx context.Context, p plugin.Filter) error {
	var tick <-chan time.Time
	if f.ticker > 0 {
		t := time.NewTicker(f.ticker)
		defer t.Stop()
		tick = t.C
	}
	for {
		// A tick comes before the next message, or a busy filter would never see one.
		select {
		case now := <-tick:
			if err := f.tick(p, now); err != nil {
				return err
			}
		default:
		}
		clogged := f.downstreamClogged()
		if f.parcel == nil {
			f.parcel, f.at = f.queue.take(clogged), 0
		}
		if f.parcel != nil {
			if err := f.process(p); err != nil {
				return err
			}
			continue
		}
		if done, err := f.wait(ctx, p, tick, clogged); done || err != nil {
			return err
		}
	}
}

// wait blocks until there is something to do; done means that the filter has seen everything.
func (f *filter) wait(ctx context.Context, p plugin.Filter, tick <-chan time.Time, clogged bool) (done bool, err error) {
	var retry <-chan time.Time
	if clogged {
		retry = time.After(cloggedWait)
	}
	select {
	case <-f.queue.ready:
	case <-retry:
	case now := <-tick:
		return false, f.tick(p, now)
	case <-ctx.Done():
		return true, nil
	case ticked := <-f.asked:
		defer close(ticked)
		return false, f.tick(p, time.Now())
	case <-f.drained:
		if n, _ := f.queue.length(); n == 0 {
			return true, nil
		}
	}
	return false, nil
}

// process hands over what is left of the parcel. When the filter fails, the rest is for the next run.
func (f *filter) process(p plugin.Filter) error {
	start, first := time.Now(), f.at
	f.slow.since = start
	defer func() {
		f.flush()
		f.stats.processed.Add(int64(f.at - first))
		f.stats.busy.Add(int64(time.Since(start)))
		if f.at == len(f.parcel.msgs) {
			f.parcel.free()
			f.parcel = nil
		}
	}()
	for f.at < len(f.parcel.msgs) {
		if f.cut.Load() {
			return errCut
		}
		m := f.parcel.msgs[f.at]
		f.at++
		f.loops = m.Loops()
		if err := p.Process(m); err != nil {
			f.failed(err)
			if plugin.IsFatal(err) {
				return err
			}
		}
		if f.slow.due(f.at-1, len(f.parcel.msgs)) {
			if err := f.police(m); err != nil {
				return err
			}
		}
	}
	return nil
}

// errCut ends a filter that was taken out of the pipeline, or has not ended in time; nobody sees it.
var errCut = errors.New("the filter must end")

func (f *filter) tick(p plugin.Filter, now time.Time) error {
	defer f.flush()
	start := time.Now()
	f.loops = 0
	err := p.Tick(now)
	f.stats.busy.Add(int64(time.Since(start)))
	if err != nil {
		f.failed(err)
		if plugin.IsFatal(err) {
			return err
		}
	}
	return nil
}

func (f *filter) failed(err error) {
	f.stats.failures.Add(1)
	if more, ok := f.failures.allow(time.Now()); ok && !plugin.IsFatal(err) {
		f.log.Warn("message could not be processed", "error", err, "more_in_the_last_minute", more)
	}
}

// inject seals a draft into the batch that goes out after this message or tick.
func (f *filter) inject(d *message.Draft) error {
	if f.batch == nil {
		return errNotRunning
	}
	if d.Loops = f.loops + 1; d.Loops > f.maxLoops {
		f.stats.injectRefused.Add(1)
		return plugin.ErrLoops
	}
	f.complete(d)
	mark := f.batch.Len()
	f.batch.Append(d)
	m := f.batch.At(mark)
	size := len(m.Bytes())
	switch {
	case size > f.maxSize:
		f.batch.Truncate(mark)
		f.stats.injectRefused.Add(1)
		return fmt.Errorf("injected message has %d bytes, max_message_size is %d", size, f.maxSize)
	case f.matcher.Match(m):
		f.batch.Truncate(mark)
		f.stats.injectRefused.Add(1)
		return plugin.ErrOwnMessage
	}
	f.stats.injected.Add(1)
	return nil
}

var errNotRunning = errors.New("the filter does not run yet")

func (f *filter) complete(d *message.Draft) {
	if !d.HasUUID {
		var u [16]byte
		_, _ = f.rng.Read(u[:])
		u[6], u[8] = u[6]&0x0f|0x40, u[8]&0x3f|0x80
		d.SetUUID(u)
	}
	if !d.HasTimestamp {
		d.SetTimestamp(time.Now().UnixNano())
	}
	if d.Hostname == "" {
		d.Hostname = f.hostname
	}
}

func (f *filter) flush() {
	if f.batch == nil || f.batch.Len() == 0 {
		return
	}
	b := f.batch.Compact()
	f.batch = message.NewBatch()
	f.router.inject(b, &f.routing, f.consumer)
}
