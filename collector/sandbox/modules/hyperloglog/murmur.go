package hyperloglog

import "encoding/binary"

// murmur64 is the hash MurmurHash64A with the seed of the original.
func murmur64(key []byte) uint64 {
	const (
		multiplier uint64 = 0xc6a4a7935bd1e995
		seed       uint64 = 0xadc83b19
	)
	h := seed ^ uint64(len(key))*multiplier
	for ; len(key) >= 8; key = key[8:] {
		k := binary.LittleEndian.Uint64(key) * multiplier
		k ^= k >> 47
		h = (h ^ k*multiplier) * multiplier
	}
	if len(key) > 0 {
		var rest uint64
		for i, b := range key {
			rest |= uint64(b) << (8 * i)
		}
		h = (h ^ rest) * multiplier
	}
	h ^= h >> 47
	h *= multiplier
	return h ^ h>>47
}
