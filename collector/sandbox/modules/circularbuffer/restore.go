package circularbuffer

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"lma_collector/collector/sandbox/lua"
)

// words goes through the numbers of a text.
type words struct {
	rest string
	bad  bool // a word that is no number ended them
}

func (w *words) next() (f float64, ok bool) {
	w.rest = strings.TrimLeft(w.rest, " \t\n\v\f\r")
	end := strings.IndexAny(w.rest, " \t\n\v\f\r")
	if end < 0 {
		end = len(w.rest)
	}
	word := w.rest[:end]
	if word == "-nan" {
		word = "nan"
	}
	f, ok = lua.ParseNumber(word)
	w.bad = w.bad || !ok && word != ""
	if ok {
		w.rest = w.rest[end:]
	}
	return f, ok
}

// fromString fills the buffer from what AppendPreserved wrote; the reason is "" when that went well.
// Nothing is changed otherwise.
func (b *Buffer) fromString(s string) (reason string) {
	w := words{rest: s}
	current, _ := w.next()
	row, _ := w.next()
	cells := make([]float64, 0, min(len(b.cells), len(w.rest)/2+1))
	for len(cells) < len(b.cells) {
		v, ok := w.next()
		if !ok {
			return fmt.Sprintf("fromstring() too few values: %d, expected %d", len(cells), len(b.cells))
		}
		cells = append(cells, v)
	}
	if !(math.Abs(current) < 1<<53) {
		return "fromstring() invalid time"
	}
	deltas, reason := b.readDeltas(&w, int64(current))
	if reason != "" {
		return reason
	}
	b.load(int64(current), int(mod(int64(lua.Truncate(row)), int64(b.rows))), cells)
	b.deltas = deltas
	return ""
}

// readDeltas reads the rest of a buffer's text: rows of a time and the deltas of the columns. Rows
// that are too old to be asked for are left out beyond a number.
func (b *Buffer) readDeltas(w *words, current int64) (deltas map[int64][]float64, reason string) {
	if b.deltas == nil {
		if _, more := w.next(); more || w.bad {
			return nil, fmt.Sprintf("fromstring() too many values, more than: %d", len(b.cells))
		}
		return nil, ""
	}
	deltas = map[int64][]float64{}
	for {
		t, ok := w.next()
		if !ok {
			break
		}
		row := make([]float64, b.columns)
		for i := range row {
			if row[i], ok = w.next(); !ok {
				return nil, "fromstring() invalid delta"
			}
		}
		if !(t <= float64(current)) {
			return nil, "fromstring() invalid delta"
		}
		if len(deltas) < 2*b.rows {
			deltas[int64(lua.Truncate(t))] = row
		}
	}
	if w.bad {
		return nil, "fromstring() invalid delta"
	}
	return deltas, ""
}

// load takes cells whose newest row, of time current, is the given one.
func (b *Buffer) load(current int64, row int, cells []float64) {
	b.current = current - mod(current, b.step)
	b.newest = int(mod(b.current/b.step, int64(b.rows)))
	shift := b.newest - row // rows lie elsewhere if the file's maker numbered them otherwise
	for i := range b.rows {
		to := (i + shift + b.rows) % b.rows * b.columns
		copy(b.cells[to:to+b.columns], cells[i*b.columns:(i+1)*b.columns])
	}
}

// setHeader names a column; bad is the unknown aggregation.
func (b *Buffer) setHeader(col int, name, unit, how string) (bad string) {
	a := slices.Index(aggregationNames, how)
	if a < 0 {
		return how
	}
	b.heads[col] = column{name: plainWord(name, 15, ""), unit: plainWord(unit, 7, "/*"), aggregation: aggregation(a)}
	return ""
}

// plainWord cuts a word and replaces what would need quoting.
func plainWord(s string, longest int, allowed string) string {
	s, _, _ = strings.Cut(s[:min(len(s), longest)], "\x00")
	out := []byte(s)
	for i, c := range out {
		if !(c >= '0' && c <= '9' || c|0x20 >= 'a' && c|0x20 <= 'z' || strings.IndexByte(allowed, c) >= 0) {
			out[i] = '_'
		}
	}
	return string(out)
}

// RestoreCall calls set_header and fromstring for the reader of preserved data.
func (b *Buffer) RestoreCall(method string, args []lua.Value) error {
	switch {
	case method == "fromstring" && len(args) == 1:
		if reason := b.fromString(args[0].Text()); reason != "" {
			return fmt.Errorf("%s", reason)
		}
		return nil
	case method == "set_header" && len(args) == 4:
		col := lua.Truncate(args[0].Float())
		if col < 1 || col > b.columns {
			return fmt.Errorf("set_header() column out of range")
		}
		if bad := b.setHeader(col-1, args[1].Text(), args[2].Text(), args[3].Text()); bad != "" {
			return fmt.Errorf("set_header() invalid option '%s'", bad)
		}
		return nil
	}
	return fmt.Errorf("a circular buffer has no method %q of %d arguments to restore it", method, len(args))
}
