// Package pipeline runs plugins: it reads records through inputs, splitters and decoders into
// batches of messages, routes them to filters and outputs with bounded queues of their own, carries
// acknowledgements back to the inputs, and supervises every plugin on its own.
package pipeline

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"lma_collector/collector/message"
	"lma_collector/collector/plugin"
)

// Settings are what the whole pipeline goes by.
type Settings struct {
	Hostname          string // short name of this host
	MachineID         string
	BaseDir, ShareDir string
	MaxMessageSize    int // bytes
	MaxMessageLoops   int
	MaxProcessInject  int
	MaxTimerInject    int
	MaxUnacknowledged int // bytes per source
	Tags              []plugin.Tag
	Log               *slog.Logger

	// Building, if set, ends Build when it ends: scripts that run for ever before they start are interrupted.
	Building context.Context

	// Once runs only the inputs that can read what is there and end, then ends.
	Once bool
	// Capture, if set, gets what every output would have sent, instead of the output.
	Capture func(output string, items []plugin.Item)
}

// Pipeline is a set of running plugins.
type Pipeline struct {
	settings Settings
	router   router
	inputs   []*input
	filters  []*filter
	outputs  []*output
	dynamic  dynamic // filters that come and go
	stages   stages
	dead     deadLetters

	hurry          chan struct{} // closed at the stop: nobody waits for more
	filtersDrained chan struct{} // closed when no input will send anything more
	outputsDrained chan struct{} // closed when nobody will
}

// How long a stop may take: each stage its own limit, and all of them together as long as is left of stopAll.
// Filters and outputs first end by themselves when they have done what there is; half of their time is for that.
const (
	stopInputs  = 1200 * time.Millisecond
	stopFilters = 900 * time.Millisecond
	stopOutputs = 800 * time.Millisecond
	stopAll     = 1950 * time.Millisecond

	leastOutputs = 450 * time.Millisecond // is left for them whatever the others took
	// interruptInputs is when a decoder is interrupted that is still busy with a record.
	interruptInputs = 900 * time.Millisecond
)

// Run starts outputs and filters, then inputs, and works until ctx ends, or, with Once, until
// everything was read. It stops in the order inputs, filters, outputs, so that what is on its way
// is still delivered; what is not by the deadline stays unacknowledged and is read again next time.
func (p *Pipeline) Run(ctx context.Context) {
	consumers := p.connect()
	s := &p.stages
	for _, o := range p.outputs {
		s.outputs.start(&o.section, o.serve)
	}
	if !p.settings.Once {
		p.dynamic.begin(s.filters, consumers)
	}
	for _, f := range p.filters {
		s.filters.start(&f.section, f.run)
	}
	for _, in := range p.inputs {
		s.inputs.start(&in.section, in.run)
	}

	if p.settings.Once {
		s.inputs.wait(ctx)
		p.lastTicks(ctx)
	} else {
		<-ctx.Done()
	}
	p.stop(ctx)
	p.release()
}

// stop ends the stages one after the other. With Once filters and outputs take what time they need, unless ctx
// has ended.
func (p *Pipeline) stop(ctx context.Context) {
	began := time.Now()
	patient := func(s *stage) {
		if p.settings.Once && ctx.Err() == nil {
			s.wait(ctx)
			began = time.Now()
		}
	}
	by := func(limit, last time.Duration) time.Time {
		if own, all := time.Now().Add(limit), began.Add(last); own.Before(all) {
			return own
		}
		return began.Add(last)
	}
	s := &p.stages
	close(p.hurry)
	s.inputs.stop(began.Add(interruptInputs), began.Add(stopInputs))
	close(p.filtersDrained)
	p.dynamic.end()
	patient(s.filters)
	s.filters.end(by(stopFilters, stopAll-leastOutputs))
	close(p.outputsDrained)
	patient(s.outputs)
	s.outputs.end(by(stopOutputs, stopAll))
}

// connect makes the channels by which the stop is told, and the routes.
func (p *Pipeline) connect() []*consumer {
	p.hurry = make(chan struct{})
	p.filtersDrained = make(chan struct{})
	p.outputsDrained = make(chan struct{})
	consumers := make([]*consumer, 0, len(p.filters)+len(p.outputs))
	for _, f := range p.filters {
		f.drained = p.filtersDrained
		if p.settings.Once {
			f.asked = make(chan (chan struct{}))
		}
		consumers = append(consumers, f.consumer)
	}
	for _, o := range p.outputs {
		o.drained, o.hurry = p.outputsDrained, p.hurry
		consumers = append(consumers, o.consumer)
	}
	p.router.set(consumers)
	return consumers
}

// release frees what never reached its consumer and closes what is open.
func (p *Pipeline) release() {
	if err := p.dead.Close(); err != nil {
		p.settings.Log.Warn("dead letters", "error", err)
	}
	for _, f := range p.filters {
		f.queue.dump()
	}
	p.dynamic.release()
	for _, o := range p.outputs {
		o.queue.dump()
	}
}

// stages are all kinds of plugins that run.
type stages struct{ inputs, filters, outputs *stage }

func newStages() stages { return stages{newStage(), newStage(), newStage()} }

// interrupt ends what the plugins are doing, wherever they are.
func (s *stages) interrupt() {
	s.inputs.interrupt()
	s.filters.interrupt()
	s.outputs.interrupt()
}

// stage is all running plugins of one kind.
type stage struct {
	ctx    context.Context // tells them to end
	cancel context.CancelFunc
	// late ends after ctx: scripts that are busy with a message by then are interrupted.
	late      context.Context
	interrupt context.CancelFunc

	mu      sync.Mutex
	running int
	sealed  bool          // nothing more will be started
	done    chan struct{} // closed when it is sealed and nothing runs
}

func newStage() *stage {
	s := &stage{done: make(chan struct{})}
	s.ctx, s.cancel = context.WithCancel(context.Background())
	s.late, s.interrupt = context.WithCancel(context.Background())
	return s
}

// start runs a plugin under supervision until the stage ends, or end is called; ended is closed when it is
// over. It is nil when the stage is sealed: nothing was started.
func (s *stage) start(sec *section, run func(context.Context) error) (end context.CancelFunc, ended chan struct{}) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.sealed {
		return nil, nil
	}
	s.running++
	ctx, cancel := context.WithCancel(s.ctx)
	ended = make(chan struct{})
	go func() {
		defer s.finished()
		defer close(ended)
		defer cancel()
		sec.supervise(ctx, run)
	}()
	return cancel, ended
}

func (s *stage) finished() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.running--; s.running == 0 && s.sealed {
		close(s.done)
	}
}

// seal lets nothing more start.
func (s *stage) seal() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.sealed && s.running == 0 {
		close(s.done)
	}
	s.sealed = true
}

// wait waits for all to end by themselves, or for ctx.
func (s *stage) wait(ctx context.Context) {
	s.seal()
	select {
	case <-s.done:
	case <-ctx.Done():
	}
}

// within waits for all to end, until a time.
func (s *stage) within(t time.Time) bool {
	timer := time.NewTimer(time.Until(t))
	defer timer.Stop()
	select {
	case <-s.done:
		return true
	case <-timer.C:
	}
	select {
	case <-s.done:
		return true
	default:
		return false
	}
}

// stop tells all to end, interrupts who is still busy with something at a time, and leaves at another.
func (s *stage) stop(interrupt, leave time.Time) {
	s.seal()
	s.cancel()
	if !s.within(interrupt) {
		s.interrupt()
		s.within(leave)
	}
}

// end waits for all to end by themselves for half of the time that there is, then makes them.
func (s *stage) end(leave time.Time) {
	s.seal()
	half := leave.Add(-time.Until(leave) / 2)
	if s.within(half) {
		s.cancel()
		return
	}
	s.stop(leave.Add(-time.Until(leave)/2), leave)
}

// Publish routes one message that the collector itself has to tell, such as a terminated plugin.
// Before Run there is nobody to hear it.
func (p *Pipeline) Publish(d *message.Draft) { p.publish(d, "") }

// publish leaves one section out: a plugin that dies of a message must not get another one that says so.
func (p *Pipeline) publish(d *message.Draft, but string) {
	if p.router.table.Load() == nil {
		return
	}
	var w routing
	p.router.inject(sealed(d), &w, &consumer{section: section{name: but}, feeds: map[*consumer]struct{}{}})
}
