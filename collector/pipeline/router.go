package pipeline

import (
	"context"
	"sync/atomic"

	"lma_collector/collector/matcher"
	"lma_collector/collector/message"
)

// router gives every message to the consumers whose matcher takes it. Whoever has a batch calls
// it from its own goroutine with scratch memory of its own: there is no goroutine in between.
type router struct {
	table atomic.Pointer[routes]
}

// routes is one immutable state of the routing: consumer i has matcher i of the set.
type routes struct {
	set       *matcher.Set
	consumers []*consumer
}

// routing is the scratch memory of one caller.
type routing struct {
	scratch matcher.Scratch
	hits    []int32
	byIndex []*parcel
}

func (r *router) set(consumers []*consumer) {
	ms := make([]*matcher.Matcher, len(consumers))
	for i, c := range consumers {
		ms[i] = c.matcher
	}
	r.table.Store(&routes{set: matcher.NewSet(ms), consumers: consumers})
}

// sort makes a parcel for each consumer that takes something of the batch.
func (t *routes) sort(b *message.Batch, w *routing) {
	for len(w.byIndex) < len(t.consumers) {
		w.byIndex = append(w.byIndex, nil)
	}
	for i := range b.Len() {
		m := b.At(i)
		w.hits = t.set.Match(m, &w.scratch, w.hits[:0])
		for _, h := range w.hits {
			c := t.consumers[h]
			if c.options.MessageSigner != "" && c.options.MessageSigner != m.Signer() {
				continue
			}
			if w.byIndex[h] == nil {
				b.Retain(1)
				w.byIndex[h] = newParcel(b)
			}
			w.byIndex[h].add(m)
		}
	}
}

// route hands a batch from an input to its consumers; those that may block come last, so that a
// full log archive does not hold up the alarms. It gives up the caller's hold of the batch.
func (r *router) route(ctx context.Context, b *message.Batch, a *ack, w *routing) error {
	t := r.table.Load()
	t.sort(b, w)
	var err error
	for _, blocking := range [...]bool{false, true} {
		for i, p := range w.byIndex[:len(t.consumers)] {
			c := t.consumers[i]
			if p == nil || c.blocks() != blocking {
				continue
			}
			w.byIndex[i] = nil
			p.detach()
			if c.output && !c.forgoes() {
				a.hold()
				p.ack = a
			}
			c.stats.matched.Add(int64(len(p.msgs)))
			if e := c.accept(ctx, p); e != nil {
				err = e
			}
		}
	}
	b.Release()
	if err == nil {
		a.release()
	}
	return err
}

// inject hands a batch that a filter made to its consumers, but never to the sender. It never waits.
func (r *router) inject(b *message.Batch, w *routing, sender *consumer) {
	t := r.table.Load()
	t.sort(b, w)
	for i, p := range w.byIndex[:len(t.consumers)] {
		if p == nil {
			continue
		}
		w.byIndex[i] = nil
		c := t.consumers[i]
		if c.name == sender.name {
			p.free()
			continue
		}
		p.detach()
		c.stats.matched.Add(int64(len(p.msgs)))
		sender.feeds[c] = struct{}{}
		c.acceptInjected(p)
	}
	b.Release()
}
