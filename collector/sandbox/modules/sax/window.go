package sax

import (
	"fmt"
	"math"
	"strconv"

	"lma_collector/collector/sandbox/lua"
)

// window holds the last values of a series. Its word is made when it is asked for.
type window struct {
	word   word
	ring   []float64 // NaN where nothing was added yet
	oldest int
	stale  bool      // the word is older than the values
	series []float64 // the values in order, for the word
}

func newWindow(values, frames, bands int) *window {
	w := &window{
		word: word{values: values, bands: bands, frames: make([]byte, frames)},
		ring: make([]float64, values), series: make([]float64, values),
	}
	w.clear()
	return w
}

func (w *window) clear() {
	for i := range w.ring {
		w.ring[i] = math.NaN()
	}
	w.oldest, w.stale = 0, true
}

func (w *window) add(v float64) {
	w.ring[w.oldest] = v
	if w.oldest++; w.oldest == len(w.ring) {
		w.oldest = 0
	}
	w.stale = true
}

// ordered are the values, the oldest first.
func (w *window) ordered() []float64 {
	n := copy(w.series, w.ring[w.oldest:])
	copy(w.series[n:], w.ring[:w.oldest])
	return w.series
}

// current is the window's word.
func (w *window) current() *word {
	if w.stale {
		encode(w.word.frames, w.ordered(), w.word.bands)
		w.stale = false
	}
	return &w.word
}

// Size is the window's memory in bytes.
func (w *window) Size() int { return 128 + len(w.word.frames) + 16*len(w.ring) }

// AppendOutput appends the letters of the window's word.
func (w *window) AppendOutput(dst []byte) []byte { return w.current().appendText(dst) }

// AppendPreserved appends the Lua that makes the window again under a variable.
func (w *window) AppendPreserved(dst []byte, variable string) []byte {
	dst = append(append(append(append(dst, "if "...), variable...), " == nil then "...), variable...)
	dst = fmt.Appendf(dst, " = sax.window.new(%d, %d, %d) end\n", len(w.ring), len(w.word.frames), w.word.bands)
	dst = append(append(dst, variable...), ":clear()\n"...)
	dst = append(append(dst, variable...), ":add({"...)
	values := w.ordered()
	for len(values) > 0 && values[0] != values[0] {
		values = values[1:] // as the cleared window has it
	}
	for i, v := range values {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = appendNumber(dst, v)
	}
	return append(dst, "})\n"...)
}

// appendNumber appends a number as Lua text that gives it exactly.
func appendNumber(dst []byte, v float64) []byte {
	switch {
	case v != v:
		return append(dst, "0/0"...)
	case math.IsInf(v, 1):
		return append(dst, "1/0"...)
	case math.IsInf(v, -1):
		return append(dst, "-1/0"...)
	}
	return strconv.AppendFloat(dst, v, 'g', -1, 64)
}

// RestoreCall calls clear and add for the reader of preserved data.
func (w *window) RestoreCall(name string, args []lua.Value) error {
	switch {
	case name == "clear" && len(args) == 0:
		w.clear()
		return nil
	case name == "add" && len(args) == 1:
		if args[0].Kind() == lua.KindNumber {
			w.add(args[0].Float())
			return nil
		}
		if t, ok := args[0].AsTable(); ok {
			for i := max(1, t.Len()-len(w.ring)+1); i <= t.Len(); i++ {
				w.add(t.Index(i).Float())
			}
			return nil
		}
	}
	return fmt.Errorf("a window of sax has no method %q of %d arguments to restore it", name, len(args))
}
