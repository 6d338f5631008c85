package pipeline

import (
	"sync"
	"time"

	"lma_collector/collector/message"
	"lma_collector/collector/plugin"
)

// latest is the queue of status: of each key it keeps only the newest message, in the order in
// which the keys came. What it holds are copies, since a state may wait long for its server.
type latest struct {
	mu    sync.Mutex
	keyer plugin.Keyer
	limit int // keys
	order []string
	byKey map[string]*message.Message
	bytes int
	ready chan struct{}
	stats *consumerStats
	key   []byte
}

func newLatest(keyer plugin.Keyer, limit int, stats *consumerStats) *latest {
	return &latest{keyer: keyer, limit: limit, byKey: map[string]*message.Message{}, ready: make(chan struct{}, 1), stats: stats}
}

// put takes copies of the parcel's messages and frees it: status is a level, sent again every
// interval, so nothing waits for its delivery.
func (l *latest) put(p *parcel) {
	l.mu.Lock()
	for _, m := range p.msgs {
		l.replace(m.Clone(), true)
	}
	l.mu.Unlock()
	p.free()
	select {
	case l.ready <- struct{}{}:
	default:
	}
}

func (l *latest) replace(m *message.Message, newer bool) {
	l.key = l.keyer.Key(l.key[:0], plugin.Item{Message: m})
	old, known := l.byKey[string(l.key)]
	switch {
	case known && (!newer || late(m, old)):
		l.stats.replaced.Add(1)
		return
	case known:
		l.bytes -= len(old.Bytes())
		l.stats.replaced.Add(1)
	case len(l.order) >= l.limit:
		l.stats.droppedFull.Add(1)
		return
	default:
		l.order = append(l.order, string(l.key))
	}
	l.byKey[string(l.key)] = m
	l.bytes += len(m.Bytes())
}

// clockSlack is how far a clock may be ahead before its timestamps stop to be an order.
const clockSlack = time.Minute

// late tells whether a message that came just now is older than one that waits, as when a connection
// was made anew and what both carried is mixed up.
func late(m, waiting *message.Message) bool {
	at := waiting.Timestamp()
	return m.Timestamp() < at && at <= time.Now().Add(clockSlack).UnixNano()
}

// putBack returns messages that could not be delivered, unless a newer one of their key has come.
func (l *latest) putBack(ms []*message.Message) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, m := range ms {
		l.replace(m, false)
	}
}

// take gives at most n waiting messages, oldest key first, as a parcel; nil when there are none.
func (l *latest) take(n int) *parcel {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.order) == 0 {
		return nil
	}
	p := newParcel(nil)
	for _, key := range l.order[:min(n, len(l.order))] {
		m := l.byKey[key]
		delete(l.byKey, key)
		l.bytes -= len(m.Bytes())
		p.add(m)
	}
	l.order = append(l.order[:0], l.order[len(p.msgs):]...)
	return p
}

func (l *latest) length() (messages, bytes int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.order), l.bytes
}
