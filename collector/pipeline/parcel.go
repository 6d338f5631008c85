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
