// Package jsonscan reads JSON from memory, one token after the other, without building values and
// without allocating: strings are views of the text unless they hold escapes. It is for bodies of a
// known shape that come in often; it accepts exactly RFC 8259.
package jsonscan

import (
	"fmt"
	"math/bits"
	"unicode/utf8"
)

// Kind is what a value is, known from its first byte.
type Kind uint8

// The kinds of values. None is the end of the text or a byte that starts no value.
const (
	None Kind = iota
	Null
	Bool
	Number
	String
	Array
	Object
)

// maxDepth is how deep arrays and objects may nest; deeper text is refused.
const maxDepth = 64

// Error tells where a text is not JSON.
type Error struct {
	Offset int // in bytes from the start
	Reason string
}

func (e *Error) Error() string { return fmt.Sprintf("bad JSON at byte %d: %s", e.Offset, e.Reason) }

// Scanner reads a text. After an error every call fails and Err tells the first one. Unescaped
// strings that held escapes live in the scanner's memory until Reset.
type Scanner struct {
	text  string
	at    int
	depth int
	err   Error
	bad   bool
	arena []byte // unescaped strings
}

// Reset starts with another text and keeps the memory.
func (s *Scanner) Reset(text string) { *s = Scanner{text: text, arena: s.arena[:0]} }

// Err is the first error, a *Error, or nil.
func (s *Scanner) Err() error {
	if !s.bad {
		return nil
	}
	e := s.err
	return &e
}

// Offset is the position in the text: behind a value that was read, before one that Kind looked at.
func (s *Scanner) Offset() int { return s.at }

// Text is what lies between two offsets.
func (s *Scanner) Text(from, to int) string { return s.text[from:to] }

func (s *Scanner) fail(reason string) bool {
	if !s.bad {
		s.err, s.bad = Error{s.at, reason}, true
	}
	return false
}

// space passes over white space and tells whether anything follows.
func (s *Scanner) space() bool {
	if s.at < len(s.text) && s.text[s.at] > ' ' {
		return true
	}
	return s.pass()
}

func (s *Scanner) pass() bool {
	for s.at < len(s.text) {
		switch s.text[s.at] {
		case ' ', '\t', '\n', '\r':
			s.at++
		default:
			return true
		}
	}
	return false
}

// Take passes over a text that comes next, white space included, and tells whether it came. It is
// for what is known to come in nearly always the same form; nothing happens when something else comes.
func (s *Scanner) Take(text string) bool {
	if s.bad || len(s.text)-s.at < len(text) || s.text[s.at:s.at+len(text)] != text {
		return false
	}
	s.at += len(text)
	return true
}

// Kind tells what comes next, after white space, and does not read it.
func (s *Scanner) Kind() Kind {
	if s.bad || !s.space() {
		return None
	}
	switch c := s.text[s.at]; c {
	case '"':
		return String
	case '{':
		return Object
	case '[':
		return Array
	case 't', 'f':
		return Bool
	case 'n':
		return Null
	default:
		if c == '-' || c-'0' < 10 {
			return Number
		}
	}
	return None
}

// End demands that nothing but white space is left.
func (s *Scanner) End() bool {
	if s.bad {
		return false
	}
	if s.space() {
		return s.fail("text after the end of the value")
	}
	return true
}

// Open enters the array or object that comes next; what is '[' or '{'.
func (s *Scanner) Open(what byte) bool {
	if s.bad {
		return false
	}
	if !s.space() || s.text[s.at] != what {
		return s.fail(expected(what))
	}
	if s.depth++; s.depth > maxDepth {
		return s.fail("nested too deeply")
	}
	s.at++
	return true
}

func expected(c byte) string {
	switch c {
	case '[':
		return "expected an array"
	case '{':
		return "expected an object"
	case ':':
		return "expected a colon"
	}
	return "expected a string"
}

// Next tells whether the open array or object has another element, and leaves it if not; what is
// ']' or '}'. first is true before its first element and is set to false.
func (s *Scanner) Next(what byte, first *bool) bool {
	if s.bad {
		return false
	}
	if !s.space() {
		return s.fail("the text ends too early")
	}
	c := s.text[s.at]
	switch {
	case c == what:
		s.at++
		s.depth--
		return false
	case *first:
		*first = false
		return true
	case c != ',':
		return s.fail("expected a comma or the end")
	}
	s.at++
	if s.space() && s.text[s.at] == what {
		return s.fail("nothing after a comma")
	}
	return true
}

// Key is Next for an object, with the member's name.
func (s *Scanner) Key(first *bool) (name string, ok bool) {
	if !s.Next('}', first) {
		return "", false
	}
	name, ok = s.String()
	if !ok {
		return "", false
	}
	if !s.space() || s.text[s.at] != ':' {
		return "", s.fail(expected(':'))
	}
	s.at++
	return name, true
}

// String reads a string. Invalid UTF-8 is kept as it is.
func (s *Scanner) String() (v string, ok bool) {
	if s.bad {
		return "", false
	}
	if !s.space() || s.text[s.at] != '"' {
		return "", s.fail(expected('"'))
	}
	start := s.at + 1
	for i := s.ordinary(start); i < len(s.text); i++ {
		switch c := s.text[i]; {
		case c == '"':
			s.at = i + 1
			return s.text[start:i], true
		case c == '\\':
			return s.unescape(start, i)
		case c < ' ':
			s.at = i
			return "", s.fail("control character in a string")
		}
	}
	s.at = len(s.text)
	return "", s.fail("a string does not end")
}

// ordinary passes over characters that stand for themselves, eight at a time, and stops at the latest
// at one that does not.
func (s *Scanner) ordinary(i int) int {
	const each, high = 0x0101010101010101, 0x8080808080808080
	for ; i+8 <= len(s.text); i += 8 {
		w := eight(s.text[i:])
		quote, escape, control := w^('"'*each), w^('\\'*each), w-(' '*each)
		found := ((quote - each) & ^quote) | ((escape - each) & ^escape) | (control & ^w)
		if found &= high; found != 0 {
			return i + bits.TrailingZeros64(found)/8 // the lowest one found is exact, others may not be
		}
	}
	return i
}

// eight is the first eight characters as a number, the first one lowest.
func eight(s string) uint64 {
	_ = s[7]
	return uint64(s[0]) | uint64(s[1])<<8 | uint64(s[2])<<16 | uint64(s[3])<<24 |
		uint64(s[4])<<32 | uint64(s[5])<<40 | uint64(s[6])<<48 | uint64(s[7])<<56
}

// unescape reads the string that starts at start and whose first escape is at i.
func (s *Scanner) unescape(start, i int) (string, bool) {
	first := len(s.arena)
	s.arena = append(s.arena, s.text[start:i]...)
	for i < len(s.text) {
		switch c := s.text[i]; {
		case c == '"':
			s.at = i + 1
			return view(s.arena[first:]), true
		case c == '\\':
			n, ok := s.escape(i + 1)
			if !ok {
				return "", false
			}
			i += 1 + n
		case c < ' ':
			s.at = i
			return "", s.fail("control character in a string")
		default:
			s.arena = append(s.arena, c)
			i++
		}
	}
	s.at = len(s.text)
	return "", s.fail("a string does not end")
}

// escape adds the character whose escape goes on at i, behind the backslash, and tells its length.
func (s *Scanner) escape(i int) (n int, ok bool) {
	if i < len(s.text) {
		switch c := s.text[i]; c {
		case '"', '\\', '/':
			s.arena = append(s.arena, c)
			return 1, true
		case 'b', 'f', 'n', 'r', 't':
			s.arena = append(s.arena, escaped[c-'b'])
			return 1, true
		case 'u':
			if r, n := s.unicode(i + 1); n > 0 {
				s.arena = utf8.AppendRune(s.arena, r)
				return 1 + n, true
			}
		}
	}
	s.at = i - 1
	return 0, s.fail("unknown escape in a string")
}

var escaped = [...]byte{0: '\b', 'f' - 'b': '\f', 'n' - 'b': '\n', 'r' - 'b': '\r', 't' - 'b': '\t'}

// unicode reads four hexadecimal digits at i, and the second half of a surrogate pair; half a pair is U+FFFD.
func (s *Scanner) unicode(i int) (r rune, n int) {
	r, ok := s.hex4(i)
	switch {
	case !ok:
		return 0, 0
	case r < 0xD800 || r > 0xDFFF:
		return r, 4
	case r < 0xDC00 && i+6 < len(s.text) && s.text[i+4] == '\\' && s.text[i+5] == 'u':
		if low, ok := s.hex4(i + 6); ok && low >= 0xDC00 && low <= 0xDFFF {
			return (r-0xD800)<<10 + (low - 0xDC00) + 0x10000, 10
		}
	}
	return utf8.RuneError, 4
}

func (s *Scanner) hex4(i int) (r rune, ok bool) {
	if i+4 > len(s.text) {
		return 0, false
	}
	for _, c := range []byte(s.text[i : i+4]) {
		switch {
		case c-'0' < 10:
			c -= '0'
		case c|0x20 >= 'a' && c|0x20 <= 'f':
			c = c | 0x20 - 'a' + 10
		default:
			return 0, false
		}
		r = r<<4 | rune(c)
	}
	return r, true
}

// Skip passes over the next value and gives its text.
func (s *Scanner) Skip() (text string, ok bool) {
	kind := s.Kind()
	from := s.at
	switch kind {
	case String:
		n := len(s.arena)
		_, ok = s.String()
		s.arena = s.arena[:n]
	case Number:
		ok = s.passNumber()
	case Null:
		ok = s.Null()
	case Bool:
		_, ok = s.Bool()
	case Array:
		ok = s.skipInside('[')
	case Object:
		ok = s.skipInside('{')
	default:
		s.fail("expected a value")
	}
	if !ok {
		return "", false
	}
	return s.text[from:s.at], true
}

// Value reads the next value of any kind: a string is unquoted, all others are as they are written.
func (s *Scanner) Value() (text string, ok bool) {
	if s.Kind() == String {
		return s.String()
	}
	return s.Skip()
}

func (s *Scanner) skipInside(open byte) bool {
	if !s.Open(open) {
		return false
	}
	first := true
	for {
		var more bool
		if open == '{' {
			_, more = s.Key(&first)
		} else {
			more = s.Next(']', &first)
		}
		if !more {
			return !s.bad
		}
		if _, ok := s.Skip(); !ok {
			return false
		}
	}
}

// Null and Bool read one of the three words.
func (s *Scanner) Null() bool { return s.word("null") }

// Bool reads true or false.
func (s *Scanner) Bool() (v, ok bool) {
	if s.Kind() == Bool && s.text[s.at] == 't' {
		return true, s.word("true")
	}
	return false, s.word("false")
}

func (s *Scanner) word(w string) bool {
	if s.bad {
		return false
	}
	if !s.space() || len(s.text)-s.at < len(w) || s.text[s.at:s.at+len(w)] != w {
		return s.fail("expected " + w)
	}
	s.at += len(w)
	return true
}
