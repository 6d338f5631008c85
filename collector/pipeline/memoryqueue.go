package pipeline

import (
	"context"
	"sync"

	"lma_collector/collector/plugin"
)

// memoryQueue is the bounded queue in front of one consumer: a lane for messages from inputs, which obeys
// the consumer's policy when it is full, and one for injected messages, which is served first and
// never makes anyone wait. It is bounded in messages and in bytes, but takes at least one parcel.
type memoryQueue struct {
	mu     sync.Mutex
	normal lane
	inject lane
	limits queueLimits
	ready  chan struct{} // a token when something was put
	closed bool          // nobody will ever take anything: what is put is dropped
	away   bool          // nobody takes anything at the moment: a full queue drops rather than block
	space  chan struct{} // closed and replaced when something was taken while producers wait
	stats  *consumerStats
}

type queueLimits struct {
	messages, bytes int
	full            plugin.Full
	// mark is how many injected messages may wait before the filters that inject them pause;
	// twice as many, and the oldest are dropped.
	mark int
}

type lane struct {
	parcels         []*parcel
	head            int
	messages, bytes int
}

func (l *lane) push(p *parcel) {
	l.parcels = append(l.parcels, p)
	l.messages += len(p.msgs)
	l.bytes += p.bytes
}

func (l *lane) pop() *parcel {
	if l.head == len(l.parcels) {
		return nil
	}
	p := l.parcels[l.head]
	l.parcels[l.head] = nil
	l.head++
	if l.head == len(l.parcels) {
		l.parcels, l.head = l.parcels[:0], 0
	} else if l.head > 64 && l.head*2 > len(l.parcels) {
		n := copy(l.parcels, l.parcels[l.head:])
		clear(l.parcels[n:])
		l.parcels, l.head = l.parcels[:n], 0
	}
	l.messages -= len(p.msgs)
	l.bytes -= p.bytes
	return p
}

func newQueue(limits queueLimits, stats *consumerStats) *memoryQueue {
	return &memoryQueue{limits: limits, ready: make(chan struct{}, 1), stats: stats}
}

// put queues a parcel from an input. It waits only with the policy block; then it returns ctx's
// error when that ended first, and the parcel is dropped without its acknowledgement.
func (q *memoryQueue) put(ctx context.Context, p *parcel) error {
	for {
		q.mu.Lock()
		if q.closed {
			q.mu.Unlock()
			p.free()
			return nil
		}
		if !q.isFull(p) {
			q.normal.push(p)
			q.mu.Unlock()
			q.wake()
			return nil
		}
		full := q.limits.full
		if q.away && full == plugin.FullBlock {
			full = plugin.FullDropOldest
		}
		switch full {
		case plugin.FullDrop:
			q.mu.Unlock()
			q.drop(p)
			return nil
		case plugin.FullDropOldest:
			old := q.normal.pop()
			q.mu.Unlock()
			q.drop(old)
			continue
		}
		if q.space == nil {
			q.space = make(chan struct{})
		}
		space := q.space
		q.mu.Unlock()
		q.stats.blocked.Add(1)
		select {
		case <-space:
		case <-ctx.Done():
			p.ack = nil // not delivered: nobody may acknowledge it
			q.drop(p)
			return ctx.Err()
		}
	}
}

// attend says whether somebody takes what is put, so that waiting for space makes sense.
func (q *memoryQueue) attend(on bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.away = !on
	if q.away {
		q.makeSpace()
	}
}

// close drops what waits and what is still put.
func (q *memoryQueue) close() {
	q.mu.Lock()
	q.closed = true
	q.makeSpace()
	q.mu.Unlock()
	q.dump()
}

// contended tells whether producers wait for space.
func (q *memoryQueue) contended() bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.space != nil
}

// makeSpace has producers that wait look again.
func (q *memoryQueue) makeSpace() {
	if q.space != nil {
		close(q.space)
		q.space = nil
	}
}

func (q *memoryQueue) isFull(p *parcel) bool {
	l := &q.normal
	return l.messages > 0 && (l.messages+len(p.msgs) > q.limits.messages || l.bytes+p.bytes > q.limits.bytes)
}

func (q *memoryQueue) drop(p *parcel) {
	q.stats.droppedFull.Add(int64(len(p.msgs)))
	p.free()
}

// putInjected queues an injected parcel, dropping the oldest ones past twice the mark.
func (q *memoryQueue) putInjected(p *parcel) {
	var old []*parcel
	q.mu.Lock()
	if q.closed {
		q.mu.Unlock()
		p.free()
		return
	}
	q.inject.push(p)
	for q.inject.messages > 2*q.limits.mark && q.inject.messages > len(p.msgs) {
		old = append(old, q.inject.pop())
	}
	q.mu.Unlock()
	for _, o := range old {
		q.stats.droppedInjected.Add(int64(len(o.msgs)))
		o.free()
	}
	q.wake()
}

// clogged tells whether the filters that inject into this queue should pause.
func (q *memoryQueue) clogged() bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.inject.messages > q.limits.mark
}

// take gives the next parcel, injected ones first, or nil. With onlyInjected the others wait.
func (q *memoryQueue) take(onlyInjected bool) *parcel {
	q.mu.Lock()
	p := q.inject.pop()
	if p == nil && !onlyInjected {
		p = q.normal.pop()
	}
	if p != nil {
		q.makeSpace()
	}
	q.mu.Unlock()
	return p
}

func (q *memoryQueue) wake() {
	select {
	case q.ready <- struct{}{}:
	default:
	}
}

// length gives what waits, in messages and bytes.
func (q *memoryQueue) length() (messages, bytes int) {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.normal.messages + q.inject.messages, q.normal.bytes + q.inject.bytes
}

// forgo acknowledges what waits though it is not delivered.
func (q *memoryQueue) forgo() {
	var acks []*ack
	q.mu.Lock()
	for _, p := range q.normal.parcels[q.normal.head:] {
		acks, p.ack = append(acks, p.ack), nil
	}
	q.mu.Unlock()
	for _, a := range acks {
		a.release()
	}
}

// dump frees everything without acknowledging it, as at the end.
func (q *memoryQueue) dump() (messages int) {
	for p := q.take(false); p != nil; p = q.take(false) {
		messages += len(p.msgs)
		p.ack = nil
		p.free()
	}
	return messages
}
