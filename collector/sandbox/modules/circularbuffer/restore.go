package circularbuffer

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"lma_collector/collector/sandbox/lua"
)

// fromString fills the buffer from what AppendPreserved wrote; the reason is "" when that went well.
// Nothing is changed otherwise.
func (b *Buffer) fromString(s string) (reason string) {
	words := strings.Fields(s)
	want := 2 + len(b.cells)
	if len(words) < want {
		return fmt.Sprintf("fromstring() too few values: %d, expected %d", max(len(words)-2, 0), len(b.cells))
	}
	numbers := make([]float64, len(words))
	for i, w := range words {
		f, ok := lua.ParseNumber(strings.ReplaceAll(w, "-nan", "nan"))
		if !ok {
			return fmt.Sprintf("fromstring() value %d is not a number: %q", i+1, w)
		}
		numbers[i] = f
	}
	rest := numbers[want:]
	if len(rest) > 0 && b.deltas == nil {
		return fmt.Sprintf("fromstring() too many values, more than: %d", len(b.cells))
	}
	if len(rest)%(b.columns+1) != 0 {
		return "fromstring() invalid delta"
	}
	if !(math.Abs(numbers[0]) < 1<<53) {
		return "fromstring() invalid time"
	}
	b.load(int64(numbers[0]), int(mod(int64(lua.Truncate(numbers[1])), int64(b.rows))), numbers[2:want])
	if b.deltas != nil {
		clear(b.deltas)
	}
	for ; len(rest) > 0; rest = rest[b.columns+1:] {
		b.deltas[int64(lua.Truncate(rest[0]))] = append([]float64(nil), rest[1:b.columns+1]...)
	}
	return ""
}

// load takes cells whose newest row, of time current, is the given one.
func (b *Buffer) load(current int64, row int, cells []float64) {
	b.current = current - mod(current, b.step)
	shift := b.row(b.current) - row // rows lie elsewhere if the file's maker numbered them otherwise
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
	out := []byte(s[:min(len(s), longest)])
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
