package pipeline

import (
	"sync"
	"sync/atomic"
)

// ack counts the outputs that still have to deliver messages of one batch. The last one calls done.
type ack struct {
	open   atomic.Int32
	done   func()
	urgent bool // somebody waits for it
}

func newAck(done func()) *ack {
	a := &ack{done: done}
	a.open.Store(1)
	return a
}

func (a *ack) hold() {
	if a != nil {
		a.open.Add(1)
	}
}

func (a *ack) release() {
	if a != nil && a.open.Add(-1) == 0 {
		a.done()
	}
}

// flight is what a source has handed over and nobody has confirmed yet, in order: batches may be
// confirmed in any order, but the source hears of one only when all before it are, since its
// position says that everything up to it has been delivered.
type flight struct {
	mu    sync.Mutex
	queue []*flown
	bytes int
	limit int
	freed chan struct{} // a token when bytes went down
}

type flown struct {
	bytes int
	acked bool
	done  func()
}

func newFlight(limit int) *flight {
	return &flight{limit: limit, freed: make(chan struct{}, 1)}
}

// room tells whether another batch may be handed over.
func (f *flight) room() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.bytes < f.limit
}

func (f *flight) empty() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return len(f.queue) == 0
}

func (f *flight) unacknowledged() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.bytes
}

// launch notes a batch and returns what to call when it was delivered.
func (f *flight) launch(bytes int, done func()) *ack {
	b := &flown{bytes: bytes, done: done}
	f.mu.Lock()
	f.queue = append(f.queue, b)
	f.bytes += bytes
	f.mu.Unlock()
	return newAck(func() { f.land(b) })
}

// land calls what waits for b and for the delivered batches behind it, in order: it holds the lock
// meanwhile, so that two landings cannot overtake each other.
func (f *flight) land(b *flown) {
	f.mu.Lock()
	defer f.mu.Unlock()
	b.acked = true
	for len(f.queue) > 0 && f.queue[0].acked {
		first := f.queue[0]
		f.queue[0] = nil
		f.queue = f.queue[1:]
		f.bytes -= first.bytes
		if first.done != nil {
			first.done()
		}
	}
	select {
	case f.freed <- struct{}{}:
	default:
	}
}
