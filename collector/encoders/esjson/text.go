package esjson

import (
	"math/bits"
	"slices"
	"unicode/utf8"

	"lma_collector/collector/message"
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

// clean tells whether s can stand in a JSON string as it is.
func clean(s string) bool {
	if len(s) < 8 {
		for i := range len(s) {
			if c := s[i]; c < 0x20 || c >= utf8.RuneSelf || c == '"' || c == '\\' {
				return false
			}
		}
		return true
	}
	marks := uint64(0)
	for i := 0; i < len(s)-8; i += 8 {
		marks |= special(word(s, i))
	}
	return marks|special(word(s, len(s)-8)) == 0
}

// appendString appends s as a JSON string. Control characters, quotes and backslashes are written
// \u00XX, invalid UTF-8 becomes U+FFFD.
func appendString(dst []byte, s string) []byte {
	if !clean(s) {
		return append(appendEscaped(append(dst, '"'), s), '"')
	}
	n, end := len(dst), len(dst)+len(s)+2
	if end > cap(dst) {
		dst = slices.Grow(dst, len(s)+2)
	}
	dst = dst[:end]
	dst[n], dst[end-1] = '"', '"'
	copy(dst[n+1:], s)
	return dst
}

func appendEscaped(dst []byte, s string) []byte {
	done := 0 // s up to here is written
	for i := 0; i < len(s); {
		if len(s)-i >= 8 {
			marks := special(word(s, i))
			if marks == 0 {
				i += 8
				continue
			}
			i += bits.TrailingZeros64(marks) / 8
		}
		c := s[i]
		if c < utf8.RuneSelf {
			if c < 0x20 || c == '"' || c == '\\' {
				dst = append(dst, s[done:i]...)
				dst = append(dst, '\\', 'u', '0', '0', hex[c>>4], hex[c&15])
				done = i + 1
			}
			i++
			continue
		}
		r, n := utf8.DecodeRuneInString(s[i:])
		if r == utf8.RuneError && n == 1 {
			dst = append(dst, s[done:i]...)
			dst = append(dst, "\uFFFD"...)
			done = i + 1
		}
		i += n
	}
	return append(dst, s[done:]...)
}

func word(s string, i int) uint64 {
	_ = s[i+7]
	return uint64(s[i]) | uint64(s[i+1])<<8 | uint64(s[i+2])<<16 | uint64(s[i+3])<<24 |
		uint64(s[i+4])<<32 | uint64(s[i+5])<<40 | uint64(s[i+6])<<48 | uint64(s[i+7])<<56
}

// appendCoordinate appends a part of the action line, which is quoted by its surroundings. Quotes and
// backslashes are escaped the short way there.
func appendCoordinate(dst, s []byte) []byte {
	if clean(message.View(s)) {
		return append(dst, s...)
	}
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
