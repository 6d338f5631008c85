package esjson

import (
	"unicode/utf8"

	"lma_collector/collector/message"
)

const (
	ones  = 0x0101010101010101
	highs = 0x8080808080808080
	hex   = "0123456789abcdef"
)

// plain tells whether eight bytes can all stand in a JSON string as they are: ASCII, no control
// character, quote or backslash.
func plain(w uint64) bool {
	quote := w ^ ones*'"'
	slash := w ^ ones*'\\'
	bad := w | (w - ones*0x20) | (quote - ones) | (slash - ones)
	return bad&highs == 0
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
	for i := 0; i < len(s)-8; i += 8 {
		if !plain(word(s, i)) {
			return false
		}
	}
	return plain(word(s, len(s)-8))
}

// appendString appends s as a JSON string. Control characters, quotes and backslashes are written
// \u00XX, invalid UTF-8 becomes U+FFFD.
func appendString(dst []byte, s string) []byte {
	dst = append(dst, '"')
	if clean(s) {
		dst = append(dst, s...)
	} else {
		dst = appendEscaped(dst, s)
	}
	return append(dst, '"')
}

func appendEscaped(dst []byte, s string) []byte {
	done := 0 // s up to here is written
	for i := 0; i < len(s); {
		if len(s)-i >= 8 && plain(word(s, i)) {
			i += 8
			continue
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
