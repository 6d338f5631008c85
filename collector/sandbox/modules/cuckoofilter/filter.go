// Package cuckoofilter is the cuckoo_filter module of scripts: a set that may take a key for a
// member that is none, and from which keys can be removed.
package cuckoofilter

import (
	"encoding/binary"
	"math/bits"
	"math/rand/v2"
	"strconv"

	"lma_collector/collector/sandbox/modules/sketch"
)

const (
	bucketSize = 4   // fingerprints
	mostKicks  = 512 // moves of others to make room for a key
)

// bucket holds fingerprints, 0 where it is empty.
type bucket [bucketSize]uint16

// Filter is a cuckoo filter.
type Filter struct {
	buckets []bucket // a power of two
	count   float64
	random  *rand.PCG
	scratch [8]byte
	path    [mostKicks]uint8 // slots of the moves that make room
}

// bucketsFor is the number of buckets for that many keys.
func bucketsFor(items int) int {
	return 1 << bits.Len(uint(max(items/bucketSize, 1)-1))
}

func newFilter(buckets int) *Filter {
	return &Filter{buckets: make([]bucket, buckets), random: rand.NewPCG(1, 2)}
}

// place is a key's fingerprint and one of its two buckets.
func (f *Filter) place(key []byte) (fingerprint uint16, at int) {
	h := sketch.XXH32(key, 1)
	return max(uint16(h>>16), 1), int(h) & (len(f.buckets) - 1)
}

// other is the second bucket of a fingerprint that has its first at that index, and the first of
// one that has its second there.
func (f *Filter) other(fingerprint uint16, at int) int {
	var b [4]byte
	binary.LittleEndian.PutUint16(b[:], fingerprint)
	return at ^ int(sketch.XXH32(b[:], 1)>>(bits.LeadingZeros32(uint32(len(f.buckets)))+1))
}

func (b *bucket) find(fingerprint uint16) int {
	for i, v := range b {
		if v == fingerprint {
			return i
		}
	}
	return -1
}

// replace changes one fingerprint that equals old; false when there is none.
func (b *bucket) replace(old, fingerprint uint16) bool {
	i := b.find(old)
	if i >= 0 {
		b[i] = fingerprint
	}
	return i >= 0
}

func (f *Filter) has(key []byte) bool {
	fp, at := f.place(key)
	return f.buckets[at].find(fp) >= 0 || f.buckets[f.other(fp, at)].find(fp) >= 0
}

func (f *Filter) remove(key []byte) bool {
	fp, at := f.place(key)
	removed := f.buckets[at].replace(fp, 0) || f.buckets[f.other(fp, at)].replace(fp, 0)
	if removed {
		f.count = max(f.count-1, 0)
	}
	return removed
}

// add puts a key in. It does not when it seems to be there or when there is no room. kicks is how
// many others it moved.
func (f *Filter) add(key []byte) (added bool, kicks int) {
	fp, at := f.place(key)
	second := f.other(fp, at)
	if f.buckets[at].find(fp) >= 0 || f.buckets[second].find(fp) >= 0 {
		return false, 0
	}
	added = f.buckets[at].replace(0, fp) || f.buckets[second].replace(0, fp)
	if !added {
		if f.random.Uint64()&1 == 1 {
			at = second
		}
		added, kicks = f.kick(fp, at)
	}
	if added {
		f.count++
	}
	return added, kicks
}

// kick makes room in a full bucket by moving others to their second buckets. When that fails all
// goes back to its place, so that no key is lost.
func (f *Filter) kick(fp uint16, at int) (added bool, kicks int) {
	for n := range f.path {
		slot := f.random.Uint64() % bucketSize
		f.path[n] = uint8(slot)
		fp, f.buckets[at][slot] = f.buckets[at][slot], fp
		at = f.other(fp, at)
		if f.buckets[at].replace(0, fp) {
			return true, n + 1
		}
	}
	for n := len(f.path) - 1; n >= 0; n-- {
		at = f.other(fp, at)
		slot := f.path[n]
		fp, f.buckets[at][slot] = f.buckets[at][slot], fp
	}
	return false, 2 * len(f.path)
}

func (f *Filter) clear() {
	clear(f.buckets)
	f.count = 0
}

// fromString takes the fingerprints that AppendPreserved wrote.
func (f *Filter) fromString(count float64, bytes string) error {
	if err := sketch.Content(bytes, len(f.buckets)*bucketSize*2); err != nil {
		return err
	}
	for i := range f.buckets {
		for j := range f.buckets[i] {
			at := (i*bucketSize + j) * 2
			f.buckets[i][j] = uint16(bytes[at]) | uint16(bytes[at+1])<<8
		}
	}
	f.count = sketch.Count(count)
	return nil
}

// Size is the filter's memory in bytes.
func (f *Filter) Size() int { return 64 + mostKicks + len(f.buckets)*bucketSize*2 }

// AppendPreserved appends the Lua that makes the filter again under a variable.
func (f *Filter) AppendPreserved(dst []byte, variable string) []byte {
	dst = append(append(append(append(dst, "if "...), variable...), " == nil then "...), variable...)
	// new takes no capacity of 4, but makes one bucket of 5, too
	dst = strconv.AppendInt(append(dst, " = cuckoo_filter.new("...), int64(max(len(f.buckets)*bucketSize, 5)), 10)
	dst = append(append(append(dst, ") end\n"...), variable...), ":fromstring("...)
	dst = strconv.AppendFloat(dst, f.count, 'f', -1, 64)
	dst = append(dst, `, "`...)
	var entries [bucketSize * 2]byte
	for i := range f.buckets {
		for j, fp := range f.buckets[i] {
			binary.LittleEndian.PutUint16(entries[j*2:], fp)
		}
		dst = sketch.AppendBinary(dst, entries[:])
	}
	return append(dst, "\")\n"...)
}
