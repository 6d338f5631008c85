package stdlib

import (
	"fmt"
	"math"
	"strings"

	"lma_collector/collector/message"
	"lma_collector/collector/sandbox/lua"
)

// format is string.format with the results of C's printf.
func (l *stringLibrary) format(c *lua.Call) {
	format := lua.CheckText(c, 1, "format")
	spendBytes(c, len(format))
	out := l.scratch.take(c)
	arg := 1
	for i := 0; i < len(format); {
		at := strings.IndexByte(format[i:], '%')
		if at < 0 {
			out.add(format[i:])
			break
		}
		out.add(format[i : i+at])
		i += at + 1
		if i < len(format) && format[i] == '%' {
			out.addByte('%')
			i++
			continue
		}
		if arg++; arg > c.Len() {
			lua.BadArgument(c, arg, "format", "no value")
		}
		s, n := parseConversion(c, format[i:])
		i += n
		out.room(maxItem)
		before := len(out.text)
		s.convert(&out, arg)
		if s.verb < 's' && s.verb != 'q' && len(out.text)-before > usualItem {
			c.Spend((len(out.text) - before) / 2)
		}
	}
	if arg > usualItems {
		c.Spend(arg)
	}
	l.scratch.push(&out)
}

// maxItem is room for a converted number: the largest has 309 digits before its point and 99 behind
// it.
const maxItem = 512

// quickDigits are as many as a number has; more of them need exact arithmetic.
const quickDigits = 17

// What a call of format does for its own price: so many conversions, and bytes of a number.
const (
	usualItems = 32
	usualItem  = 32
)

// conversion is one item of a format: %-5.3d.
type conversion struct {
	minus, plus, blank, alternate, zero bool

	width     int
	precision int // -1: none given
	verb      byte
}

func (s *conversion) flag(b byte) bool {
	switch b {
	case '-':
		s.minus = true
	case '+':
		s.plus = true
	case ' ':
		s.blank = true
	case '#':
		s.alternate = true
	case '0':
		s.zero = true
	default:
		return false
	}
	return true
}

// parseConversion reads what follows a % and tells its length.
func parseConversion(c *lua.Call, f string) (s conversion, n int) {
	s.precision = -1
	for n < len(f) && s.flag(f[n]) {
		n++
	}
	if n > 5 {
		c.Raise("invalid format (repeated flags)")
	}
	s.width, n = twoDigits(f, n)
	if n < len(f) && f[n] == '.' {
		s.precision, n = twoDigits(f, n+1)
	}
	if n < len(f) && f[n] >= '0' && f[n] <= '9' {
		c.Raise("invalid format (width or precision too long)")
	}
	if n < len(f) {
		s.verb = f[n]
		n++
	}
	return s, n
}

func twoDigits(f string, at int) (value, end int) {
	for end = at; end < len(f) && end < at+2 && f[end] >= '0' && f[end] <= '9'; end++ {
		value = value*10 + int(f[end]-'0')
	}
	return value, end
}

// convert appends an argument.
func (s *conversion) convert(out *buffer, arg int) {
	c := out.c
	switch s.verb {
	case 'c':
		s.char(out, toByte(lua.CheckNumber(c, arg, "format")))
	case 'd', 'i':
		out.text = s.integer(out.text, lua.CheckNumber(c, arg, "format"))
	case 'o', 'u', 'x', 'X':
		out.text = s.unsigned(out.text, lua.CheckNumber(c, arg, "format"))
	case 'e', 'E', 'f', 'g', 'G':
		f := lua.CheckNumber(c, arg, "format")
		if s.precision > quickDigits {
			_, exponent := math.Frexp(f)
			c.Spend(8 + max(exponent, -exponent)/8)
		}
		out.text = s.float(out.text, f)
	case 'q':
		out.quote(lua.CheckText(c, arg, "format"))
	case 's':
		s.string(out, lua.CheckText(c, arg, "format"))
	case 0:
		c.Raise("invalid option '%' to 'format'")
	default:
		c.Raise(fmt.Sprintf("invalid option '%%%s' to 'format'", []byte{s.verb}))
	}
}

// toByte is C's conversion by way of an integer of 32 bits.
func toByte(f float64) byte {
	if n := toInteger(f); int(int32(n)) == n {
		return byte(n)
	}
	return 0
}

// char appends a byte. The result of C's sprintf ends at a zero byte.
func (s *conversion) char(out *buffer, b byte) {
	switch {
	case b != 0:
		one := [1]byte{b}
		out.text = s.pad(out.text, "", message.View(one[:]), false)
	case !s.minus:
		out.text = appendRepeated(out.text, ' ', s.width-1)
	}
}

// string appends a string, up to a zero byte unless it is long and has no precision: then as it is.
func (s *conversion) string(out *buffer, text string) {
	if s.precision < 0 && len(text) >= 100 {
		spendBytes(out.c, len(text))
		out.add(text)
		return
	}
	if s.precision >= 0 {
		text = text[:min(s.precision, len(text))]
	}
	if at := strings.IndexByte(text, 0); at >= 0 {
		text = text[:at]
	}
	if s.width == 0 {
		out.text = append(out.text, text...) // at most 99 bytes: there is room
		return
	}
	out.text = s.pad(out.text, "", text, false)
}

// quote appends a string as Lua reads it back.
func (b *buffer) quote(s string) {
	spendBytes(b.c, len(s))
	more := 2
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '"', '\\', '\n', '\r':
			more++
		case 0:
			more += 3
		}
	}
	b.room(len(s) + more)
	b.text = lua.AppendQuoted(b.text, s)
}
