package sketch

import (
	"encoding/binary"
	"math/bits"
)

// The primes of xxHash.
const (
	prime1 uint32 = 2654435761
	prime2 uint32 = 2246822519
	prime3 uint32 = 3266489917
	prime4 uint32 = 668265263
	prime5 uint32 = 374761393
)

// XXH32 is the 32 bit xxHash of a key.
func XXH32(key []byte, seed uint32) uint32 {
	h := seed + prime5
	n := uint32(len(key))
	if len(key) >= 16 {
		h, key = stripes(key, seed)
	}
	h += n
	for ; len(key) >= 4; key = key[4:] {
		h += binary.LittleEndian.Uint32(key) * prime3
		h = bits.RotateLeft32(h, 17) * prime4
	}
	for _, b := range key {
		h += uint32(b) * prime5
		h = bits.RotateLeft32(h, 11) * prime1
	}
	h ^= h >> 15
	h *= prime2
	h ^= h >> 13
	h *= prime3
	return h ^ h>>16
}

// stripes takes the blocks of 16 bytes and gives what remains.
func stripes(key []byte, seed uint32) (h uint32, rest []byte) {
	a, b, c, d := seed+prime1, seed, seed, seed
	a += prime2
	b += prime2
	d -= prime1
	for ; len(key) >= 16; key = key[16:] {
		a = round(a, binary.LittleEndian.Uint32(key))
		b = round(b, binary.LittleEndian.Uint32(key[4:]))
		c = round(c, binary.LittleEndian.Uint32(key[8:]))
		d = round(d, binary.LittleEndian.Uint32(key[12:]))
	}
	h = bits.RotateLeft32(a, 1) + bits.RotateLeft32(b, 7) + bits.RotateLeft32(c, 12) + bits.RotateLeft32(d, 18)
	return h, key
}

func round(lane, input uint32) uint32 {
	return bits.RotateLeft32(lane+input*prime2, 13) * prime1
}
