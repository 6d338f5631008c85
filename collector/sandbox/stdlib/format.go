package stdlib

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"lma_collector/collector/sandbox/lua"
)

// spec is one conversion of a format: %-5.3d.
type spec struct {
	flags     string
	width     int
	precision int // -1: none given
	verb      byte
}

// stringFormat is string.format with the results of C's printf.
func stringFormat(c lua.Call) {
	format := lua.CheckText(c, 1, "format")
	out := make([]byte, 0, len(format)+32)
	arg := 1
	for i := 0; i < len(format); {
		at := strings.IndexByte(format[i:], '%')
		if at < 0 {
			out = append(out, format[i:]...)
			break
		}
		out = append(out, format[i:i+at]...)
		i += at + 1
		if i < len(format) && format[i] == '%' {
			out = append(out, '%')
			i++
			continue
		}
		s, n := parseSpec(c, format[i:])
		i += n
		arg++
		out = s.append(c, out, arg)
		if len(out) > maxString {
			c.RaiseBare("not enough memory")
		}
	}
	c.PushText(string(out))
}

func parseSpec(c lua.Call, f string) (s spec, n int) {
	s.precision = -1
	for n < len(f) && strings.IndexByte("-+ #0", f[n]) >= 0 {
		n++
	}
	s.flags = f[:n]
	if n > 5 {
		c.Raise("invalid format (repeated flags)")
	}
	number := func() (v int) {
		for digits := 0; n < len(f) && f[n] >= '0' && f[n] <= '9'; n++ {
			if v, digits = v*10+int(f[n]-'0'), digits+1; digits > 2 {
				c.Raise("invalid format (width or precision too long)")
			}
		}
		return v
	}
	s.width = number()
	if n < len(f) && f[n] == '.' {
		n++
		s.precision = number()
	}
	if n < len(f) {
		s.verb = f[n]
		n++
	}
	return s, n
}

func (s spec) has(flag byte) bool { return strings.IndexByte(s.flags, flag) >= 0 }

func (s spec) append(c lua.Call, dst []byte, arg int) []byte {
	switch s.verb {
	case 'c':
		return s.pad(dst, "", string([]byte{byte(lua.CheckInt(c, arg, "format"))}), false)
	case 'd', 'i':
		return s.integer(dst, lua.CheckInt(c, arg, "format"))
	case 'o', 'u', 'x', 'X':
		return s.unsigned(dst, uint64(lua.CheckInt(c, arg, "format")))
	case 'e', 'E', 'f', 'g', 'G':
		return s.float(dst, lua.CheckNumber(c, arg, "format"))
	case 'q':
		return lua.AppendQuoted(dst, lua.CheckText(c, arg, "format"))
	case 's':
		text := lua.CheckText(c, arg, "format")
		if s.precision >= 0 && s.precision < len(text) {
			text = text[:s.precision]
		}
		return s.pad(dst, "", text, false)
	}
	c.Raise(fmt.Sprintf("invalid option '%%%c' to 'format'", s.verb))
	return dst
}

// pad appends a sign and digits in the conversion's width.
func (s spec) pad(dst []byte, sign, body string, zeros bool) []byte {
	fill := max(s.width-len(sign)-len(body), 0)
	switch {
	case s.has('-'):
		dst = append(append(dst, sign...), body...)
		return append(dst, strings.Repeat(" ", fill)...)
	case zeros && s.has('0'):
		dst = append(append(dst, sign...), strings.Repeat("0", fill)...)
	default:
		dst = append(append(dst, strings.Repeat(" ", fill)...), sign...)
	}
	return append(dst, body...)
}

func (s spec) sign(negative bool) string {
	switch {
	case negative:
		return "-"
	case s.has('+'):
		return "+"
	case s.has(' '):
		return " "
	}
	return ""
}

func (s spec) digits(body string, isZero bool) string {
	if s.precision == 0 && isZero {
		return ""
	}
	return strings.Repeat("0", max(s.precision-len(body), 0)) + body
}

func (s spec) integer(dst []byte, n int) []byte {
	body := strings.TrimPrefix(strconv.Itoa(n), "-")
	return s.pad(dst, s.sign(n < 0), s.digits(body, n == 0), s.precision < 0)
}

func (s spec) unsigned(dst []byte, n uint64) []byte {
	base := map[byte]int{'o': 8, 'u': 10, 'x': 16, 'X': 16}[s.verb]
	body := s.digits(strconv.FormatUint(n, base), n == 0)
	prefix := ""
	if s.has('#') && n != 0 && base == 16 {
		prefix = "0x"
	}
	if s.has('#') && base == 8 && !strings.HasPrefix(body, "0") {
		body = "0" + body
	}
	if s.verb == 'X' {
		body, prefix = strings.ToUpper(body), strings.ToUpper(prefix)
	}
	return s.pad(dst, prefix, body, s.precision < 0)
}

func (s spec) float(dst []byte, f float64) []byte {
	upper := s.verb < 'a'
	body := ""
	finite := !math.IsInf(f, 0) && f == f
	if finite {
		body = s.finite(math.Abs(f))
	} else {
		body = strings.TrimPrefix(string(lua.AppendG(nil, f, 6)), "-")
	}
	if upper {
		body = strings.ToUpper(body)
	}
	return s.pad(dst, s.sign(math.Signbit(f)), body, finite)
}

func (s spec) finite(f float64) string {
	precision := s.precision
	if precision < 0 {
		precision = 6
	}
	switch s.verb | 0x20 {
	case 'e':
		return strconv.FormatFloat(f, 'e', precision, 64)
	case 'f':
		return strconv.FormatFloat(f, 'f', precision, 64)
	}
	if s.has('#') { // keeps trailing zeros, which only fmt does
		return fmt.Sprintf("%#.*g", max(precision, 1), f)
	}
	return string(lua.AppendG(nil, f, precision))
}
