package pipeline

import (
	"io"
	"sync"

	"lma_collector/collector/plugin"
)

const (
	// readSize is what a stream reads at once, in bytes: a fast connection gives as much each time, and
	// what follows costs less for large batches. Buffers are lent while a stream has data, so that
	// thousands of quiet ones cost nothing.
	readSize = 128 << 10
	// shortestLimit is the least that limits a record, in bytes.
	shortestLimit = 64 << 10
)

var readBuffers = sync.Pool{New: func() any { b := make([]byte, readSize); return &b }}

// recordBuffer gathers bytes until a splitter finds records in them.
type recordBuffer struct {
	splitter plugin.Splitter
	options  plugin.SplitterOptions
	max      int // bytes of the longest record
	stats    *inputStats

	lent     *[]byte
	buf      []byte
	r, w     int
	skipping bool // the rest of a record that was too long is still to come
}

func newRecordBuffer(s plugin.Splitter, o plugin.SplitterOptions, limit int, stats *inputStats) recordBuffer {
	return recordBuffer{splitter: s, options: o, max: max(limit, shortestLimit), stats: stats}
}

// fill reads once. There is always room: next hands out or drops what fills the whole buffer.
func (b *recordBuffer) fill(r io.Reader) (int, error) {
	b.makeRoom()
	n, err := r.Read(b.buf[b.w:])
	if n < 0 || n > len(b.buf)-b.w {
		return 0, io.ErrNoProgress
	}
	b.w += n
	return n, err
}

func (b *recordBuffer) makeRoom() {
	if b.buf == nil {
		b.lent = readBuffers.Get().(*[]byte)
		b.buf = *b.lent
	}
	if b.r > 0 {
		b.w = copy(b.buf, b.buf[b.r:b.w])
		b.r = 0
	}
	if size := max(b.max, readSize); len(b.buf)-b.w < len(b.buf)/4 && len(b.buf) < size {
		grown := make([]byte, min(2*len(b.buf), size))
		copy(grown, b.buf[:b.w])
		b.giveBack()
		b.buf = grown
	}
}

// next cuts the next record; start is its offset within the advance bytes that are used up. advance
// is 0 when more data are needed; record may be nil though, when bytes were skipped. With atEOF there
// are no more data.
func (b *recordBuffer) next(atEOF bool) (start int, record []byte, advance int) {
	if b.r == b.w {
		return 0, nil, 0
	}
	advance, record = b.splitter.Split(b.buf[b.r:b.w], atEOF)
	if advance == 0 {
		if atEOF || b.w-b.r < b.max {
			return 0, nil, 0
		}
		return b.oversized(b.w-b.r, b.buf[b.r:b.r+b.max], true)
	}
	if len(record) > b.max {
		return b.oversized(advance, record[:b.max], false)
	}
	data := b.buf[b.r : b.r+advance]
	b.r += advance
	if record == nil {
		b.stats.skippedBytes.Add(int64(advance))
		return 0, nil, advance
	}
	if b.skipping {
		b.skipping = false
		b.stats.skippedBytes.Add(int64(advance))
		return 0, nil, advance
	}
	return offsetIn(data, record), record, advance
}

// offsetIn is where record lies in data; a splitter may put a kept delimiter before it.
func offsetIn(data, record []byte) int {
	if at := cap(data) - cap(record); at > 0 && at <= len(data) {
		return at
	}
	return 0
}

// oversized gives up on a record of more than max bytes, advance bytes being used up: its head is
// delivered with keep_truncated, all else is skipped. more says that its end is still to come.
func (b *recordBuffer) oversized(advance int, head []byte, more bool) (start int, record []byte, _ int) {
	if b.options.KeepTruncated && !b.skipping {
		start, record = offsetIn(b.buf[b.r:b.r+advance], head), head
	}
	b.r += advance
	b.skipping = more
	b.stats.skippedBytes.Add(int64(advance - len(record)))
	return start, record, advance
}

func (b *recordBuffer) rest() []byte {
	if b.skipping {
		return nil
	}
	return b.buf[b.r:b.w]
}

func (b *recordBuffer) reset() { b.r, b.w, b.skipping = 0, 0, false }

// shrink gives an empty buffer back.
func (b *recordBuffer) shrink() {
	if b.r == b.w {
		b.free()
	}
}

func (b *recordBuffer) free() {
	b.giveBack()
	b.buf, b.r, b.w = nil, 0, 0
}

func (b *recordBuffer) giveBack() {
	if b.lent != nil {
		readBuffers.Put(b.lent)
		b.lent = nil
	}
}
