// Package circularbuffer is the circular_buffer module of scripts: a matrix of numbers whose rows
// are successive spans of time, the newest overwriting the oldest.
package circularbuffer

import (
	"math"
)

// Buffer is a circular buffer. All times are in seconds since 1970.
type Buffer struct {
	rows, columns int
	step          int64 // seconds of a row
	current       int64 // start of the newest row
	newest        int   // index of the newest row
	cells         []float64
	heads         []column
	deltas        map[int64][]float64 // by the row's time; nil when they are not tracked
	deltaFormat   bool                // output is cbufd
}

type aggregation uint8

const (
	sum aggregation = iota
	least
	most
	none
)

var aggregationNames = []string{sum: "sum", least: "min", most: "max", none: "none"}

type column struct {
	name, unit string
	aggregation
}

// NewBuffer makes a buffer of empty (NaN) cells. rows > 1, columns > 0 and step > 0 (in seconds) are the caller's duty.
func NewBuffer(rows, columns int, step int64, deltas bool) *Buffer {
	b := &Buffer{
		rows: rows, columns: columns, step: step, current: step * int64(rows-1), newest: rows - 1,
		cells: make([]float64, rows*columns), heads: make([]column, columns),
	}
	fillEmpty(b.cells)
	for i := range b.heads {
		b.heads[i] = column{name: defaultName(i), unit: "count"}
	}
	if deltas {
		b.deltas = map[int64][]float64{}
	}
	return b
}

// rowTime is the start in seconds of the row of a time in nanoseconds.
func (b *Buffer) rowTime(ns float64) (int64, bool) {
	s := math.Floor(ns / 1e9)
	if !(math.Abs(s) < 1<<53) {
		return 0, false
	}
	t := int64(s)
	return t - mod(t, b.step), true
}

// oldest is the start of the oldest row.
func (b *Buffer) oldest() int64 { return b.current - int64(b.rows-1)*b.step }

func mod(a, n int64) int64 { return ((a % n) + n) % n }

// row is the index of the row that starts at t, which is in the buffer.
func (b *Buffer) row(t int64) int {
	if t == b.current {
		return b.newest
	}
	row := b.newest - int((b.current-t)/b.step)
	if row < 0 {
		row += b.rows
	}
	return row
}

func (b *Buffer) cell(t int64, col int) *float64 { return &b.cells[b.row(t)*b.columns+col] }

// passed is how many rows a time would empty, which is the work that advance does.
func (b *Buffer) passed(ns float64) int {
	if t, ok := b.rowTime(ns); ok && t > b.current {
		return int(min((t-b.current)/b.step, int64(b.rows)))
	}
	return 0
}

// advance makes t the newest row if it is newer, emptying the rows that it passes. It tells whether
// t is in the buffer.
func (b *Buffer) advance(t int64) bool {
	if t <= b.current {
		return t >= b.oldest()
	}
	n := (t - b.current) / b.step
	b.current = t
	if n >= int64(b.rows) {
		fillEmpty(b.cells)
		b.newest = int(mod(t/b.step, int64(b.rows)))
		return true
	}
	for ; n > 0; n-- {
		if b.newest++; b.newest == b.rows {
			b.newest = 0
		}
		row := b.newest * b.columns
		fillEmpty(b.cells[row : row+b.columns])
	}
	return true
}

func fillEmpty(cells []float64) {
	for i := range cells {
		cells[i] = math.NaN()
	}
}

// Add adds to a cell; ok is false for a time before the oldest row.
func (b *Buffer) Add(ns float64, col int, v float64) (result float64, ok bool) {
	t, ok := b.rowTime(ns)
	if !ok || !b.advance(t) {
		return 0, false
	}
	c := b.cell(t, col)
	if *c != *c {
		*c = v
	} else {
		*c += v
	}
	if b.deltas != nil && v != 0 {
		if b.heads[col].aggregation == sum {
			b.addDelta(t, col, v)
		} else {
			b.addDelta(t, col, *c)
		}
	}
	return *c, true
}

// Set sets a cell; a column of minima or maxima keeps the smaller or larger value.
func (b *Buffer) Set(ns float64, col int, v float64) (result float64, ok bool) {
	t, ok := b.rowTime(ns)
	if !ok || !b.advance(t) {
		return 0, false
	}
	c := b.cell(t, col)
	old, how := *c, b.heads[col].aggregation
	if old == old && (how == least && !(v < old) || how == most && !(v > old)) {
		return old, true
	}
	*c = v
	if b.deltas != nil {
		delta := v
		if (how == sum || how == none) && old == old && !math.IsInf(old, 0) {
			delta = v - old
		}
		b.addDelta(t, col, delta)
	}
	return v, true
}

// Get is a cell's value, NaN for an empty one; ok is false outside the buffer.
func (b *Buffer) Get(ns float64, col int) (float64, bool) {
	t, ok := b.rowTime(ns)
	if !ok || t < b.oldest() || t > b.current {
		return 0, false
	}
	return *b.cell(t, col), true
}

// noDelta stands in a row of deltas for a column that has none, unlike any NaN that arithmetic makes.
var noDelta = math.Float64frombits(0x7ff80000dead0000)

func isNoDelta(v float64) bool { return math.Float64bits(v) == math.Float64bits(noDelta) }

func (b *Buffer) addDelta(t int64, col int, delta float64) {
	row := b.deltas[t]
	if row == nil {
		row = make([]float64, b.columns)
		for i := range row {
			row[i] = noDelta
		}
		b.deltas[t] = row
		b.dropOldDeltas()
	}
	if isNoDelta(row[col]) {
		row[col] = delta
	} else {
		row[col] += delta
	}
}

// dropOldDeltas bounds the deltas that nobody asks for to the rows that there are.
func (b *Buffer) dropOldDeltas() {
	if len(b.deltas) <= 2*b.rows {
		return
	}
	for t := range b.deltas {
		if t < b.oldest() {
			delete(b.deltas, t)
		}
	}
}

// deltaRow is the memory in bytes of a row of deltas.
func (b *Buffer) deltaRow() int { return 64 + 8*b.columns }

// payload is the memory in bytes of a buffer.
func payload(rows, columns int) int { return 128 + columns*(8*rows+48) }

// Size is the buffer's memory in bytes.
func (b *Buffer) Size() int { return payload(b.rows, b.columns) + len(b.deltas)*b.deltaRow() }
