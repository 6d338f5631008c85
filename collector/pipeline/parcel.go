package pipeline

import (
	"sync"

	"lma_collector/collector/message"
)

// parcel is what one consumer gets of one batch.
type parcel struct {
	batch *message.Batch // held until free; nil when the messages live on their own
	msgs  []*message.Message
	bytes int
	ack   *ack // nil for filters and for injected messages
}

var parcels = sync.Pool{New: func() any { return new(parcel) }}

func newParcel(b *message.Batch) *parcel {
	p := parcels.Get().(*parcel)
	p.batch = b
	return p
}

func (p *parcel) add(m *message.Message) {
	p.msgs = append(p.msgs, m)
	p.bytes += len(m.Bytes())
}

// detach copies a few messages out of a large batch: while they wait they should not hold all of it.
func (p *parcel) detach() {
	if !p.batch.Sparse(p.bytes) {
		return
	}
	own := message.CopyOf(p.msgs)
	for i := range p.msgs {
		p.msgs[i] = own.At(i)
	}
	p.batch.Release()
	p.batch = own
}

// free ends the consumer's use of the messages and, for an output, acknowledges them.
func (p *parcel) free() {
	if p.batch != nil {
		p.batch.Release()
	}
	a := p.ack
	clear(p.msgs)
	*p = parcel{msgs: p.msgs[:0]}
	parcels.Put(p)
	a.release()
}
