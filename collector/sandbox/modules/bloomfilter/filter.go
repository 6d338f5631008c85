// Package bloomfilter is the bloom_filter module of scripts: a set that may take a key for a member
// that is none, but never the other way round.
package bloomfilter

import (
	"math"
	"strconv"

	"lma_collector/collector/sandbox/lua"
	"lma_collector/collector/sandbox/modules/sketch"
)

// Filter is a Bloom filter for about items keys.
type Filter struct {
	items       int
	probability float64 // of a false positive once it holds items keys
	bits        uint64
	hashes      int
	count       float64
	data        []byte
	scratch     [8]byte
}

// dimensions are the bits and the number of hashes that a filter needs.
func dimensions(items int, probability float64) (bits float64, hashes int) {
	bits = math.Ceil(float64(items) * math.Log(probability) / math.Log(1/math.Pow(2, math.Ln2)))
	return bits, int(math.Round(math.Ln2 * bits / float64(items)))
}

// newFilter makes an empty filter; items > 1 and 0 < probability < 1 are the caller's duty.
func newFilter(items int, probability float64) *Filter {
	bits, hashes := dimensions(items, probability)
	return &Filter{
		items: items, probability: probability, bits: uint64(bits), hashes: hashes, data: make([]byte, (uint64(bits)+7)/8),
	}
}

// add puts a key in and tells whether it was new.
func (f *Filter) add(key []byte) bool {
	added := false
	for seed := range f.hashes {
		bit := uint64(sketch.XXH32(key, uint32(seed))) % f.bits
		if mask := byte(1) << (bit & 7); f.data[bit>>3]&mask == 0 {
			f.data[bit>>3] |= mask
			added = true
		}
	}
	if added {
		f.count++
	}
	return added
}

func (f *Filter) has(key []byte) bool {
	for seed := range f.hashes {
		bit := uint64(sketch.XXH32(key, uint32(seed))) % f.bits
		if f.data[bit>>3]&(1<<(bit&7)) == 0 {
			return false
		}
	}
	return true
}

func (f *Filter) clear() {
	clear(f.data)
	f.count = 0
}

// fromString takes the bits that AppendPreserved wrote.
func (f *Filter) fromString(count float64, bytes string) error {
	if err := sketch.Content(bytes, len(f.data)); err != nil {
		return err
	}
	copy(f.data, bytes)
	f.count = sketch.Count(count)
	return nil
}

// Size is the filter's memory in bytes.
func (f *Filter) Size() int { return 64 + len(f.data) }

// AppendPreserved appends the Lua that makes the filter again under a variable.
func (f *Filter) AppendPreserved(dst []byte, variable string) []byte {
	dst = append(append(append(append(dst, "if "...), variable...), " == nil then "...), variable...)
	dst = strconv.AppendInt(append(dst, " = bloom_filter.new("...), int64(f.items), 10)
	dst = append(dst, ", "...)
	start := len(dst)
	dst = lua.AppendG(dst, f.probability, 6)
	if back, ok := lua.ParseNumber(string(dst[start:])); !ok || back != f.probability {
		dst = strconv.AppendFloat(dst[:start], f.probability, 'g', -1, 64)
	}
	dst = append(append(append(dst, ") end\n"...), variable...), ":fromstring("...)
	dst = strconv.AppendFloat(dst, f.count, 'f', -1, 64)
	dst = sketch.AppendBinary(append(dst, `, "`...), f.data)
	return append(dst, "\")\n"...)
}
