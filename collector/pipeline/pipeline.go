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
	dead     deadLetters

	hurry          chan struct{} // closed at the stop: nobody waits for more
	filtersDrained chan struct{} // closed when no input will send anything more
	outputsDrained chan struct{} // closed when nobody will
}

// How long each stage may take to stop: a clean stop ends within two seconds.
const (
	stopInputs  = 1200 * time.Millisecond
	stopFilters = 300 * time.Millisecond
	stopOutputs = 400 * time.Millisecond
)

// Run starts outputs and filters, then inputs, and works until ctx ends, or, with Once, until
// everything was read. It stops in the order inputs, filters, outputs, so that what is on its way
// is still delivered; what is not by the deadline stays unacknowledged and is read again next time.
func (p *Pipeline) Run(ctx context.Context) {
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

	outputs := newStage(p.outputs, func(o *output) (*section, func(context.Context) error) { return &o.section, o.serve })
	filters := newStage(p.filters, func(f *filter) (*section, func(context.Context) error) { return &f.section, f.run })
	inputs := newStage(p.inputs, func(in *input) (*section, func(context.Context) error) { return &in.section, in.run })

	if p.settings.Once {
		inputs.wait(ctx)
		p.lastTicks(ctx)
	} else {
		<-ctx.Done()
	}
	close(p.hurry)
	inputs.stop(stopInputs)
	close(p.filtersDrained)
	filters.end(stopFilters, p.settings.Once)
	close(p.outputsDrained)
	outputs.end(stopOutputs, p.settings.Once)
	p.release()
}

// release frees what never reached its consumer and closes what is open.
func (p *Pipeline) release() {
	if err := p.dead.Close(); err != nil {
		p.settings.Log.Warn("dead letters", "error", err)
	}
	for _, f := range p.filters {
		f.queue.dump()
	}
	for _, o := range p.outputs {
		o.queue.dump()
	}
}

// stage is all running plugins of one kind.
type stage struct {
	cancel context.CancelFunc
	done   chan struct{}
}

func newStage[T any](list []T, get func(T) (*section, func(context.Context) error)) *stage {
	ctx, cancel := context.WithCancel(context.Background())
	s := &stage{cancel: cancel, done: make(chan struct{})}
	var wg sync.WaitGroup
	for _, p := range list {
		sec, run := get(p)
		wg.Add(1)
		go func() {
			defer wg.Done()
			sec.supervise(ctx, run)
		}()
	}
	go func() {
		wg.Wait()
		close(s.done)
	}()
	return s
}

// wait waits for all to end by themselves, or for ctx.
func (s *stage) wait(ctx context.Context) {
	select {
	case <-s.done:
	case <-ctx.Done():
	}
}

// stop tells all to end and waits, at most for the time given.
func (s *stage) stop(limit time.Duration) {
	s.cancel()
	select {
	case <-s.done:
	case <-time.After(limit):
	}
}

// end waits for all to end by themselves, then makes them; patient waits as long as it takes.
func (s *stage) end(limit time.Duration, patient bool) {
	if patient {
		<-s.done
		s.cancel()
		return
	}
	select {
	case <-s.done:
	case <-time.After(limit):
	}
	s.stop(limit)
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
