// Package sketch is what the modules of probabilistic sets share: keys, their hashes, the checks of
// method calls, and the form in which their bits are preserved.
package sketch

import (
	"encoding/binary"
	"fmt"
	"math"
	"unsafe"

	"lma_collector/collector/sandbox/lua"
)

// Method makes a Lua method of f: it checks the object and the number of arguments, the object
// included.
func Method[T any](class, name string, fewest, most int, f func(c lua.Call, object T)) lua.Function {
	return func(c lua.Call) {
		object, ok := c.Object(1).(T)
		if !ok {
			lua.BadArgument(c, 1, name, class+" expected, got "+c.Kind(1).String())
		}
		if n := c.Len(); n < fewest || n > most {
			lua.BadArgument(c, -1, name, "incorrect number of arguments")
		}
		f(c, object)
	}
}

// Key is the bytes of the key that is a method's first argument: a string, or the 8 bytes of a
// number, for which it uses scratch. They are not to be changed or kept.
func Key(c lua.Call, method string, scratch *[8]byte) []byte {
	switch c.Kind(2) {
	case lua.KindString:
		s, _ := c.Text(2)
		return unsafe.Slice(unsafe.StringData(s), len(s))
	case lua.KindNumber:
		f, _ := c.Number(2)
		binary.LittleEndian.PutUint64(scratch[:], math.Float64bits(f))
		return scratch[:]
	}
	lua.BadArgument(c, 1, method, "must be a string or number")
	return nil
}

// Text is an argument of a method that must be a string; i counts the object.
func Text(c lua.Call, i int, method string) string {
	s, ok := c.Text(i)
	if !ok {
		lua.BadArgument(c, i-1, method, "string expected, got "+c.Kind(i).String())
	}
	return s
}

// SpendHash charges for hashing a key of n bytes several times; short keys cost nothing.
func SpendHash(c lua.Call, n, times int) {
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
