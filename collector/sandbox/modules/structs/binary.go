package structs

import "math"

// appendUint appends the lowest bytes of u, zeros beyond its 8.
func appendUint(dst []byte, u uint64, size int, big bool) []byte {
	for i := range size {
		at := i
		if big {
			at = size - 1 - i
		}
		dst = append(dst, byte(u>>(8*min(at, 8)))) // a shift by 64 gives 0
	}
	return dst
}

// readUint reads an integer of any size; of more than 8 bytes it takes the lowest.
func readUint(data string, big bool) (u uint64) {
	for i := range len(data) {
		at := len(data) - 1 - i
		if big {
			at = i
		}
		u = u<<8 | uint64(data[at])
	}
	return u
}

// extend makes a signed number of an integer of that many bytes.
func extend(u uint64, size int) int64 {
	if size < 1 || size >= 8 {
		return int64(u)
	}
	shift := 64 - 8*size
	return int64(u<<shift) >> shift
}

// toUint makes an integer of a number, with the two's complement of a negative one. NaN is 0, and
// what is out of range is clipped.
func toUint(f float64) uint64 {
	switch {
	case f != f:
		return 0
	case f >= 1<<64:
		return math.MaxUint64
	case f >= 1<<63:
		return uint64(f)
	case f < -1<<63:
		return 1 << 63
	}
	return uint64(int64(f))
}
