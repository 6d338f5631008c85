package cjson

import (
	"math"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"lma_collector/collector/sandbox/lua"
)

// token is what stands at a place of the text, as error texts call it.
type token string

const (
	tokenBoolean       token = "T_BOOLEAN"
	tokenNull          token = "T_NULL"
	tokenNumber        token = "T_NUMBER"
	tokenInvalid       token = "invalid token"
	tokenInvalidNumber token = "invalid number"
)

// signs are the tokens that their first byte tells.
var signs = [256]token{
	0: "T_END", '{': "T_OBJ_BEGIN", '}': "T_OBJ_END", '[': "T_ARR_BEGIN", ']': "T_ARR_END", ':': "T_COLON", ',': "T_COMMA", '"': "T_STRING",
}

// token names what comes next.
func (d *decoder) token() token {
	b := d.next()
	if signs[b] != "" {
		return signs[b]
	}
	rest := d.text[d.at:]
	switch {
	case b == '-' || b >= '0' && b <= '9':
		if !d.decodeInvalid && unusual(rest) {
			return tokenInvalidNumber
		}
	case strings.HasPrefix(rest, "true"), strings.HasPrefix(rest, "false"):
		return tokenBoolean
	case strings.HasPrefix(rest, "null"):
		return tokenNull
	case strings.IndexByte("+iInN", b) < 0 || !d.decodeInvalid || !unusual(rest):
		return tokenInvalid
	}
	if _, n := number(rest); n == 0 {
		return tokenInvalidNumber
	}
	return tokenNumber
}

// unusual tells of what begins a number whether JSON knows it not: a plus sign, leading zeros,
// hexadecimal, infinities and NaN.
func unusual(s string) bool {
	if s[0] == '+' {
		return true
	}
	s = strings.TrimPrefix(s, "-")
	switch {
	case s == "":
		return false
	case s[0] == '0':
		return len(s) > 1 && (s[1]|0x20 == 'x' || s[1] >= '0' && s[1] <= '9')
	case s[0] <= '9':
		return false
	}
	return hasFold(s, "inf") || hasFold(s, "nan")
}

func hasFold(s, prefix string) bool {
	return len(s) >= len(prefix) && strings.EqualFold(s[:len(prefix)], prefix)
}

// number reads the number that s begins with, as strtod does; n is its length, 0 when there is none.
func number(s string) (f float64, n int) {
	body := s
	if s[0] == '-' || s[0] == '+' {
		body = s[1:]
	}
	sign := len(s) - len(body)
	if hasFold(body, "nan") {
		f, n = math.NaN(), sign+len("nan")+nanTag(body[len("nan"):])
		if s[0] == '-' {
			f = math.Copysign(f, -1)
		}
		return f, n
	}
	n = sign + numberLen(body)
	f, ok := lua.ParseNumber(s[:n])
	if !ok {
		return 0, 0
	}
	return f, n
}

// nanTag is the length of what may follow nan: letters and digits in parentheses.
func nanTag(s string) int {
	if s == "" || s[0] != '(' {
		return 0
	}
	for i := 1; i < len(s); i++ {
		switch b := s[i]; {
		case b == ')':
			return i + 1
		case b != '_' && (b < '0' || b > '9') && (b|0x20 < 'a' || b|0x20 > 'z'):
			return 0
		}
	}
	return 0
}

// numberLen is the length of the unsigned number that s begins with: decimal, hexadecimal, inf or infinity.
func numberLen(s string) int {
	for _, word := range []string{"infinity", "inf"} {
		if hasFold(s, word) {
			return len(word)
		}
	}
	if len(s) > 2 && s[0] == '0' && s[1]|0x20 == 'x' {
		if n := mantissaLen(s[2:], isHex); n > 0 {
			return 2 + n + exponentLen(s[2+n:], 'p')
		}
	}
	n := mantissaLen(s, isDigit)
	if n == 0 {
		return 0
	}
	return n + exponentLen(s[n:], 'e')
}

func isDigit(b byte) bool { return b >= '0' && b <= '9' }
func isHex(b byte) bool   { return isDigit(b) || b|0x20 >= 'a' && b|0x20 <= 'f' }

// mantissaLen is the length of digits with a point among them, 0 for a point alone.
func mantissaLen(s string, digit func(byte) bool) int {
	i, digits := 0, 0
	for point := false; i < len(s); i++ {
		if digit(s[i]) {
			digits++
		} else if s[i] != '.' || point {
			break
		} else {
			point = true
		}
	}
	if digits == 0 {
		return 0
	}
	return i
}

func exponentLen(s string, letter byte) int {
	if s == "" || s[0]|0x20 != letter {
		return 0
	}
	i := 1
	if len(s) > 1 && (s[1] == '-' || s[1] == '+') {
		i++
	}
	start := i
	for i < len(s) && isDigit(s[i]) {
		i++
	}
	if i == start {
		return 0
	}
	return i
}

// scanString reads the string at d.at; end is where it ends, or where it is wrong.
func (d *decoder) scanString() (s, reason string, end int) {
	out := d.scratch[:0]
	i := d.at + 1
	for i < len(d.text) && d.text[i] != 0 {
		switch b := d.text[i]; b {
		case '"':
			if d.scratch = out; cap(out) > 1<<16 {
				d.scratch = nil
			}
			return string(out), "", i + 1
		case '\\':
			r, n, reason := escaped(d.text[i:])
			if reason != "" {
				return "", reason, i
			}
			out = utf8.AppendRune(out, r)
			i += n
		default:
			from := i
			for i < len(d.text) && d.text[i] != '"' && d.text[i] != '\\' && d.text[i] != 0 {
				i++
			}
			if i-from > 1<<16 {
				d.call.Need(2 * (len(out) + i - from))
			}
			out = append(out, d.text[from:i]...)
		}
	}
	return "", "unexpected end of string", i
}

// escaped reads an escape sequence; n is its length.
func escaped(s string) (r rune, n int, reason string) {
	if len(s) < 2 {
		return 0, 0, "invalid escape code"
	}
	if at := strings.IndexByte(`"\/bfnrt`, s[1]); at >= 0 {
		return rune("\"\\/\b\f\n\r\t"[at]), 2, ""
	}
	if s[1] != 'u' {
		return 0, 0, "invalid escape code"
	}
	r, ok := hex4(s[2:])
	if ok && !utf16.IsSurrogate(r) {
		return r, 6, ""
	}
	if ok && len(s) >= 12 && s[6] == '\\' && s[7] == 'u' {
		if low, ok := hex4(s[8:]); ok {
			if r = utf16.DecodeRune(r, low); r != utf8.RuneError {
				return r, 12, ""
			}
		}
	}
	return 0, 0, "invalid unicode escape code"
}

func hex4(s string) (r rune, ok bool) {
	if len(s) < 4 {
		return 0, false
	}
	for i := range 4 {
		b := s[i]
		switch {
		case isDigit(b):
			b -= '0'
		case isHex(b):
			b = b | 0x20 - 'a' + 10
		default:
			return 0, false
		}
		r = r<<4 | rune(b)
	}
	return r, true
}
