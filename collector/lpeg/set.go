package lpeg

import "math/bits"

// Set is a set of bytes.
type Set [4]uint64

// fullSet has every byte.
var fullSet = Set{^uint64(0), ^uint64(0), ^uint64(0), ^uint64(0)}

// SetOf is the set of a string's bytes.
func SetOf(s string) Set {
	var set Set
	for i := 0; i < len(s); i++ {
		set.add(s[i])
	}
	return set
}

// AddRange adds the bytes from lo to hi, none if lo > hi.
func (s *Set) AddRange(lo, hi byte) {
	for b := int(lo); b <= int(hi); b++ {
		s.add(byte(b))
	}
}

func (s *Set) add(b byte)           { s[b>>6] |= 1 << (b & 63) }
func (s *Set) contains(b byte) bool { return s[b>>6]>>(b&63)&1 != 0 }

// Complement has the bytes that s does not have.
func (s Set) Complement() Set { return fullSet.minus(s) }

func (s Set) union(t Set) Set {
	return Set{s[0] | t[0], s[1] | t[1], s[2] | t[2], s[3] | t[3]}
}

func (s Set) intersect(t Set) Set {
	return Set{s[0] & t[0], s[1] & t[1], s[2] & t[2], s[3] & t[3]}
}

func (s Set) minus(t Set) Set {
	return Set{s[0] &^ t[0], s[1] &^ t[1], s[2] &^ t[2], s[3] &^ t[3]}
}

func (s Set) disjoint(t Set) bool {
	return s[0]&t[0]|s[1]&t[1]|s[2]&t[2]|s[3]&t[3] == 0
}

func (s Set) size() int {
	return bits.OnesCount64(s[0]) + bits.OnesCount64(s[1]) + bits.OnesCount64(s[2]) + bits.OnesCount64(s[3])
}

// first is the smallest member; the set must have one.
func (s Set) first() byte {
	for i, word := range s {
		if word != 0 {
			return byte(i<<6 + bits.TrailingZeros64(word))
		}
	}
	return 0
}
