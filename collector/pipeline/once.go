package pipeline

import (
	"context"
	"time"
)

// lastTicks lets the filters of a run that reads once say what they have gathered. Each ticks when
// nothing is left to process, and again when it got something from others that ticked after it.
func (p *Pipeline) lastTicks(ctx context.Context) {
	told := map[*filter]int64{}    // messages processed before the last tick
	for range len(p.filters) + 1 { // no chain is longer
		ticked := false
		for _, f := range p.filters {
			p.settle(ctx)
			n := f.stats.processed.Load()
			if before, known := told[f]; f.ticker == 0 || known && before == n || !f.ask(ctx) {
				continue
			}
			told[f], ticked = n, true
		}
		if p.settle(ctx); !ticked {
			return
		}
	}
}

// settle waits until all filters have processed what they were given. Inputs have ended: what filters
// get now they get from each other.
func (p *Pipeline) settle(ctx context.Context) {
	for ctx.Err() == nil && !p.settled() {
		pause(ctx, time.Millisecond)
	}
}

// settled reads what was done before what there was to do: if they are equal, nothing was going on in between.
func (p *Pipeline) settled() bool {
	var working []*filter
	var done, matched int64
	for _, f := range p.filters {
		if s := &f.stats; !f.stuck.Load() {
			working = append(working, f)
			done += s.processed.Load() + s.droppedFull.Load() + s.droppedInjected.Load()
		}
	}
	for _, f := range working {
		matched += f.stats.matched.Load()
	}
	return done == matched
}

// ask has the filter tick and waits for that; false when it does not run.
func (f *filter) ask(ctx context.Context) bool {
	ticked := make(chan struct{})
	look := time.NewTicker(10 * time.Millisecond)
	defer look.Stop()
	for !f.stuck.Load() {
		select {
		case f.asked <- ticked:
			<-ticked
			return true
		case <-look.C:
		case <-ctx.Done():
			return false
		}
	}
	return false
}
