package message

import (
	"sync"
	"sync/atomic"
	"unsafe"
)

// Batch is a run of messages in the order of their source, with the memory they lie in. One owner
// fills it; then it is shared, and the last Release gives the memory back for the next batch.
type Batch struct {
	msgs  []Message
	slab  []byte   // the one being filled
	full  [][]byte // earlier ones of this batch
	bytes int
	refs  atomic.Int32
	lent  *batchMemory // what msgs and slab began with
}

// batchMemory is lent to a batch while it holds messages: there are many batches that wait for one.
type batchMemory struct {
	msgs []Message
	slab []byte
}

const (
	firstSlab  = 64 << 10
	maxKept    = 1 << 20 // larger slabs are left to the garbage collector
	poisonByte = 0xDB
)

var (
	batches  = sync.Pool{New: func() any { return new(Batch) }}
	memories = sync.Pool{New: func() any { return new(batchMemory) }}
	poison   atomic.Bool
)

// PoisonReleased overwrites released memory, so that tests see a use after Release.
func PoisonReleased(on bool) { poison.Store(on) }

// NewBatch is an empty batch with one user.
func NewBatch() *Batch {
	b := batches.Get().(*Batch)
	b.refs.Store(1)
	return b
}

// Retain adds n users.
func (b *Batch) Retain(n int) { b.refs.Add(int32(n)) }

// Release ends one use; after the last one the messages are gone.
func (b *Batch) Release() {
	switch n := b.refs.Add(-1); {
	case n == 0:
		b.recycle()
	case n < 0:
		panic("BUG: message batch released more often than held")
	}
}

func (b *Batch) recycle() {
	if poison.Load() {
		for _, s := range append(b.full, b.slab) {
			s = s[:cap(s)]
			for i := range s {
				s[i] = poisonByte
			}
		}
	}
	if m := b.lent; m != nil {
		clear(b.msgs)
		m.msgs, m.slab = b.msgs[:0], nil
		if cap(b.slab) <= maxKept {
			m.slab = b.slab[:0]
		}
		memories.Put(m)
	}
	clear(b.full)
	b.msgs, b.slab, b.full, b.bytes, b.lent = nil, nil, b.full[:0], 0, nil
	batches.Put(b)
}

// CopyOf is a batch of copies of some messages, with one user, that holds no more memory than they need.
func CopyOf(ms []*Message) *Batch {
	size := 0
	for _, m := range ms {
		size += len(m.raw)
	}
	b := &Batch{msgs: make([]Message, len(ms)), slab: make([]byte, 0, size), bytes: size}
	for i, m := range ms {
		start := len(b.slab)
		b.slab = append(b.slab, m.raw...)
		b.msgs[i] = *m
		b.msgs[i].raw = b.slab[start:len(b.slab):len(b.slab)]
	}
	b.refs.Store(1)
	return b
}

// Compact gives the same messages in a batch that holds about the memory they need, and takes over the
// caller's use of this one. Messages may wait long, and memory for thousands should not wait with a few.
func (b *Batch) Compact() *Batch {
	if !b.Sparse(b.bytes) {
		return b
	}
	ms := make([]*Message, len(b.msgs))
	for i := range b.msgs {
		ms[i] = &b.msgs[i]
	}
	small := CopyOf(ms)
	b.Release()
	return small
}

// Sparse tells whether the batch holds so many times the memory that messages of so many bytes need
// that a copy of them is worth its cost.
func (b *Batch) Sparse(bytes int) bool {
	held := cap(b.slab) + cap(b.msgs)*int(unsafe.Sizeof(Message{}))
	for _, s := range b.full {
		held += cap(s)
	}
	const header, few = 512, 16 << 10
	return held > 16*(bytes+header) || bytes < few && held > 6*(bytes+header)
}

// room makes the current slab hold n more bytes without moving what is there.
func (b *Batch) room(n int) {
	if b.slab == nil && b.lent == nil {
		b.lent = memories.Get().(*batchMemory)
		b.msgs, b.slab = b.lent.msgs, b.lent.slab
	}
	if cap(b.slab)-len(b.slab) >= n {
		return
	}
	if len(b.slab) > 0 {
		b.full = append(b.full, b.slab)
	}
	b.slab = make([]byte, 0, max(firstSlab, n, min(2*cap(b.slab), maxKept)))
}

// Append seals a draft as the batch's next message.
func (b *Batch) Append(d *Draft) {
	size := d.maxSize()
	if size > maxEncoding {
		panic("BUG: a draft of more than 2 GiB") // no splitter lets so long a record through
	}
	b.room(size)
	start := len(b.slab)
	raw := d.seal(b.slab[start:cap(b.slab)], b.grow())
	b.slab = b.slab[:start+len(raw)]
	b.bytes += len(raw)
}

// grow appends an empty message.
func (b *Batch) grow() *Message {
	b.msgs = append(b.msgs, Message{})
	return &b.msgs[len(b.msgs)-1]
}

// AppendRaw copies an encoded message in; the error is a *DecodeError.
func (b *Batch) AppendRaw(raw []byte, signer string) error {
	b.room(len(raw))
	start, end := len(b.slab), len(b.slab)+len(raw)
	copy(b.slab[start:end], raw)
	m := b.grow()
	if err := m.index(b.slab[start:end:end]); err != nil {
		b.msgs = b.msgs[:len(b.msgs)-1]
		return err
	}
	b.slab = b.slab[:end]
	m.signer = signer
	b.bytes += len(raw)
	return nil
}

// Len is the number of messages, Bytes the size of their encodings.
func (b *Batch) Len() int   { return len(b.msgs) }
func (b *Batch) Bytes() int { return b.bytes }

// At is the ith message. The pointer is valid until the batch grows or is released.
func (b *Batch) At(i int) *Message { return &b.msgs[i] }

// Truncate drops all messages from the nth on, as when a decoder fails after it made some.
func (b *Batch) Truncate(n int) {
	for i := n; i < len(b.msgs); i++ {
		b.bytes -= len(b.msgs[i].raw)
	}
	clear(b.msgs[n:])
	b.msgs = b.msgs[:n]
}
