package esjson

import (
	"encoding/binary"
	"math/bits"
	"slices"
	"unicode/utf8"
)

const (
	ones  = 0x0101010101010101
	highs = 0x8080808080808080
	hex   = "0123456789abcdef"
)

// special marks, in the top bits of eight bytes, those that cannot stand in a JSON string as they are:
// control characters, quote, backslash and what is not ASCII. The lowest mark is exact; those above
// it may be false.
func special(w uint64) uint64 {
	quote := w ^ ones*'"'
	slash := w ^ ones*'\\'
	return (w | (w - ones*0x20) | (quote - ones) | (slash - ones)) & highs
}

// appendString appends s as a JSON string. Control characters, quotes and backslashes are written
// \u00XX, invalid UTF-8 becomes U+FFFD.
func appendString(dst []byte, s string) []byte {
	return append(appendText(append(dst, '"'), s), '"')
}

// appendText appends what stands between the quotes of a JSON string, eight bytes at a time.
func appendText(dst []byte, s string) []byte {
	b, at := spare(dst, len(s))
	for {
		for len(s) >= 8 {
			w := word(s)
			binary.LittleEndian.PutUint64(b[at:], w)
			if marks := special(w); marks != 0 {
				clean := bits.TrailingZeros64(marks) / 8
				b, at, s = appendSpecial(b[:at+clean], s[clean:])
				continue
			}
			at, s = at+8, s[8:]
		}
		w := rest(s)
		binary.LittleEndian.PutUint64(b[at:], w)
		marks := special(w)
		if marks == 0 {
			return b[:at+len(s)]
		}
		clean := bits.TrailingZeros64(marks) / 8
		b, at, s = appendSpecial(b[:at+clean], s[clean:])
	}
}

// spare is dst with all of its capacity, at least n bytes and a word more than it has now, and its length.
func spare(dst []byte, n int) (b []byte, at int) {
	at = len(dst)
	if cap(dst)-at < n+8 {
		dst = slices.Grow(dst, n+8)
	}
	return dst[:cap(dst)], at
}

// word is the first eight bytes of s.
func word(s string) uint64 {
	_ = s[7]
	return uint64(s[0]) | uint64(s[1])<<8 | uint64(s[2])<<16 | uint64(s[3])<<24 |
		uint64(s[4])<<32 | uint64(s[5])<<40 | uint64(s[6])<<48 | uint64(s[7])<<56
}

// rest is a word of less than eight bytes, with letters behind the last one.
func rest(s string) uint64 {
	n, letters := len(s), uint64(ones*'a')
	switch {
	case n >= 4:
		return half(s) | half(s[n-4:])>>(64-8*n)<<32 | letters<<(8*n)
	case n >= 2:
		return uint64(s[0]) | uint64(s[1])<<8 | uint64(s[n-1])<<(8*n-8) | letters<<(8*n)
	case n == 1:
		return uint64(s[0]) | letters<<8
	}
	return letters
}

// half is the first four bytes of s.
func half(s string) uint64 {
	_ = s[3]
	return uint64(s[0]) | uint64(s[1])<<8 | uint64(s[2])<<16 | uint64(s[3])<<24
}

// appendSpecial appends the character that s begins with, which cannot stand as it is, and gives
// what is left of s, with room for it.
func appendSpecial(dst []byte, s string) (b []byte, at int, _ string) {
	c, n := s[0], 1
	if c < utf8.RuneSelf {
		dst = append(dst, '\\', 'u', '0', '0', hex[c>>4], hex[c&15])
	} else {
		var r rune
		if r, n = utf8.DecodeRuneInString(s); r == utf8.RuneError && n == 1 {
			dst = append(dst, "\uFFFD"...)
		} else {
			dst = append(dst, s[:n]...)
		}
	}
	s = s[n:]
	b, at = spare(dst, len(s))
	return b, at, s
}

// appendCoordinate appends a part of the action line, which is quoted by its surroundings. Quotes and
// backslashes are escaped the short way there.
func appendCoordinate(dst, s []byte) []byte {
	for i := 0; i < len(s); {
		c := s[i]
		switch {
		case c == '"' || c == '\\':
			dst = append(dst, '\\', c)
		case c < 0x20:
			dst = append(dst, '\\', 'u', '0', '0', hex[c>>4], hex[c&15])
		case c < utf8.RuneSelf:
			dst = append(dst, c)
		default:
			r, n := utf8.DecodeRune(s[i:])
			dst = utf8.AppendRune(dst, r)
			i += n
			continue
		}
		i++
	}
	return dst
}
