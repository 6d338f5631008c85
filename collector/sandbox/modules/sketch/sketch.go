// Package sketch is what the modules of probabilistic sets share: keys, their hashes, and the form in
// which their bits are preserved.
package sketch

import (
	"encoding/binary"
	"fmt"
	"math"
	"unsafe"

	"lma_collector/collector/sandbox/lua"
	"lma_collector/collector/sandbox/modules/method"
)

// Key is the bytes of the key that is a method's first argument: a string, or the 8 bytes of a
// number, for which it uses scratch. They are not to be changed or kept.
func Key(c *lua.Call, function string, scratch *[8]byte) []byte {
	switch c.Kind(2) {
	case lua.KindString:
		s, _ := c.Text(2)
		return unsafe.Slice(unsafe.StringData(s), len(s))
	case lua.KindNumber:
		f, _ := c.Number(2)
		binary.LittleEndian.PutUint64(scratch[:], math.Float64bits(f))
		return scratch[:]
	}
	method.BadArgument(c, 2, function, "must be a string or number")
	return nil
}

// SpendHash charges for hashing a key of n bytes several times; short keys cost nothing.
func SpendHash(c *lua.Call, n, times int) {
	if cost := (n/16 + 1) * times; cost > 64 {
		c.Spend(cost)
	}
}

// Content checks that bytes to restore are as many as the object has; the error is the script's.
func Content(bytes string, want int) error {
	if len(bytes) != want {
		return fmt.Errorf("fromstring() bytes found: %d, expected %d", len(bytes), want)
	}
	return nil
}

// Count makes a count of keys of a number that a file or script gives.
func Count(f float64) float64 {
	if f >= 0 && f < 1<<53 {
		return math.Trunc(f)
	}
	return 0
}

// AppendBinary appends bytes as what stands between the quotes of a Lua string.
func AppendBinary(dst, bytes []byte) []byte {
	for _, b := range bytes {
		switch b {
		case '\n':
			dst = append(dst, '\\', 'n')
		case '\r':
			dst = append(dst, '\\', 'r')
		case '"', '\\':
			dst = append(dst, '\\', b)
		default:
			dst = append(dst, b)
		}
	}
	return dst
}
