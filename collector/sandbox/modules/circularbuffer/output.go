package circularbuffer

import (
	"math"
	"sort"
	"strconv"

	"lma_collector/collector/sandbox/lua"
)

func defaultName(i int) string { return "Column_" + strconv.Itoa(i+1) }

// AppendOutput appends the buffer's text: cbuf, or with format("cbufd") what has changed since the last time.
func (b *Buffer) AppendOutput(dst []byte) []byte {
	if b.deltaFormat {
		return b.appendDeltas(dst)
	}
	dst = b.appendHeader(dst)
	oldest := (b.newest + 1) % b.rows * b.columns
	for at := range b.rows {
		from := (oldest + at*b.columns) % len(b.cells)
		dst = appendRow(dst, b.cells[from:from+b.columns])
	}
	return dst
}

// appendHeader appends the line of JSON that begins both formats.
func (b *Buffer) appendHeader(dst []byte) []byte {
	dst = strconv.AppendInt(append(dst, `{"time":`...), b.oldest(), 10)
	dst = strconv.AppendInt(append(dst, `,"rows":`...), int64(b.rows), 10)
	dst = strconv.AppendInt(append(dst, `,"columns":`...), int64(b.columns), 10)
	dst = strconv.AppendInt(append(dst, `,"seconds_per_row":`...), b.step, 10)
	dst = append(dst, `,"column_info":[`...)
	for i, h := range b.heads {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = append(append(dst, `{"name":"`...), h.name...)
		dst = append(append(dst, `","unit":"`...), h.unit...)
		dst = append(append(dst, `","aggregation":"`...), aggregationNames[h.aggregation]...)
		dst = append(dst, `"}`...)
	}
	return append(dst, "]}\n"...)
}

func appendRow(dst []byte, row []float64) []byte {
	for i, v := range row {
		if i > 0 {
			dst = append(dst, '\t')
		}
		dst = lua.AppendOutput(dst, v)
	}
	return append(dst, '\n')
}

// appendDeltas appends the changed rows, oldest first, and forgets them.
func (b *Buffer) appendDeltas(dst []byte) []byte {
	if len(b.deltas) == 0 {
		return dst
	}
	dst = b.appendHeader(dst)
	for _, t := range b.deltaTimes() {
		dst = append(strconv.AppendInt(dst, t, 10), '\t')
		dst = appendRow(dst, b.deltas[t])
	}
	clear(b.deltas)
	return dst
}

func (b *Buffer) deltaTimes() []int64 {
	times := make([]int64, 0, len(b.deltas))
	for t := range b.deltas {
		times = append(times, t)
	}
	sort.Slice(times, func(i, j int) bool { return times[i] < times[j] })
	return times
}

// Repeats is how often AppendPreserved names the variable: once for each column, and for the whole.
func (b *Buffer) Repeats() int { return b.columns + 3 }

// AppendPreserved appends the Lua that makes the buffer again under a variable.
func (b *Buffer) AppendPreserved(dst []byte, variable string) []byte {
	num := func(n int64) { dst = strconv.AppendInt(dst, n, 10) }
	text := func(parts ...string) {
		for _, p := range parts {
			dst = append(dst, p...)
		}
	}
	text("if ", variable, " == nil then ", variable, " = circular_buffer.new(")
	num(int64(b.rows))
	text(", ")
	num(int64(b.columns))
	text(", ")
	num(b.step)
	if b.deltas != nil {
		text(", true")
	}
	text(") end\n")
	for i, h := range b.heads {
		text(variable, ":set_header(")
		num(int64(i + 1))
		text(`, "`, h.name, `", "`, h.unit, `", "`, aggregationNames[h.aggregation], "\")\n")
	}
	text(variable, `:fromstring("`)
	num(b.current)
	text(" ")
	num(int64(b.newest))
	for _, v := range b.cells {
		text(" ")
		dst = appendExact(dst, v)
	}
	for _, t := range b.deltaTimes() {
		text(" ")
		num(t)
		for _, v := range b.deltas[t] {
			text(" ")
			if isNoDelta(v) {
				v = 0
			}
			dst = appendExact(dst, v)
		}
	}
	text("\")\n")
	return dst
}

// appendExact writes a cell as output does where that loses nothing, else with all its digits.
func appendExact(dst []byte, v float64) []byte {
	start := len(dst)
	dst = lua.AppendOutput(dst, v)
	if v == v && !math.IsInf(v, 0) {
		if back, ok := lua.ParseNumber(string(dst[start:])); !ok || back != v {
			dst = strconv.AppendFloat(dst[:start], v, 'g', -1, 64)
		}
	}
	return dst
}
