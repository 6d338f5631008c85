package lua

import (
	"math"
	"strconv"
	"strings"
)

// FormatNumber is a number's text as Lua gives it: C's %.14g.
func FormatNumber(f float64) string {
	if f == math.Trunc(f) && math.Abs(f) < 1e14 && !(f == 0 && math.Signbit(f)) {
		return strconv.FormatInt(int64(f), 10)
	}
	return string(AppendG(nil, f, 14))
}

// appendNumber is FormatNumber that allocates nothing.
func appendNumber(dst []byte, f float64) []byte {
	if f == math.Trunc(f) && math.Abs(f) < 1e14 && !(f == 0 && math.Signbit(f)) {
		return strconv.AppendInt(dst, int64(f), 10)
	}
	return AppendG(dst, f, 14)
}

// AppendG appends a number as C's %.<precision>g does.
func AppendG(dst []byte, f float64, precision int) []byte {
	if special := specialText(f); special != "" {
		return append(dst, special...)
	}
	return strconv.AppendFloat(dst, f, 'g', max(precision, 1), 64)
}

// specialText is C's text of an infinity or NaN, "" for other numbers.
func specialText(f float64) string {
	switch {
	case math.IsInf(f, 1):
		return "inf"
	case math.IsInf(f, -1):
		return "-inf"
	case f != f && math.Signbit(f):
		return "-nan"
	case f != f:
		return "nan"
	}
	return ""
}

// AppendOutput appends a number as payloads and preserved data hold it: at most 8 decimals without
// trailing zeros, large ones with 17 digits, nan, inf and -inf.
func AppendOutput(dst []byte, f float64) []byte {
	switch {
	case f != f:
		return append(dst, "nan"...)
	case math.IsInf(f, 0):
		return append(dst, specialText(f)...)
	case f > math.MaxInt32 || f < math.MinInt32:
		return strconv.AppendFloat(dst, f, 'g', 17, 64)
	case f == math.Trunc(f):
		return strconv.AppendInt(dst, int64(f), 10)
	}
	negative := f < 0
	whole, frac := math.Modf(math.Abs(f))
	scaled := frac * 1e8
	part := int64(scaled)
	// a half is rounded up if the last digit is odd or there is no part at all
	if rest := scaled - float64(part); rest > 0.5 || rest == 0.5 && (part == 0 || part&1 == 1) {
		part++
	}
	if part >= 1e8 {
		whole, part = whole+1, 0
	}
	if negative {
		dst = append(dst, '-')
	}
	dst = strconv.AppendInt(dst, int64(whole), 10)
	return appendDecimals(dst, part)
}

func appendDecimals(dst []byte, part int64) []byte {
	if part == 0 {
		return dst
	}
	dst = append(dst, '.')
	for unit := int64(1e7); part > 0; unit /= 10 {
		dst = append(dst, byte('0'+part/unit))
		part %= unit
	}
	return dst
}

// ParseNumber reads a number as C's strtod and Lua's tonumber do: decimal, hexadecimal, nan and
// inf, with white space around.
func ParseNumber(s string) (float64, bool) {
	f, _, ok := parseNumber(s)
	return f, ok
}

// parseNumber is ParseNumber; slow tells of a number that took some microseconds.
func parseNumber(s string) (f float64, slow, ok bool) {
	if small, ok := shortDecimal(s); ok {
		return small, false, true
	}
	s, _, _ = strings.Cut(s, "\x00") // C's end of a string
	s = strings.Trim(s, " \t\n\v\f\r")
	if s == "" || strings.IndexByte(s, '_') >= 0 {
		return 0, false, false
	}
	body := strings.TrimLeft(s, "+-")
	switch {
	case len(s)-len(body) > 1 || body == "":
		return 0, false, false
	case len(body) > 1 && body[0] == '0' && body[1]|0x20 == 'x':
		f, ok = parseHex(s, body[2:])
		return f, len(body) > 16, ok
	case body[0] == '.' || body[0]-'0' <= 9:
		if f, slow, ok = parseDecimal(body); s[0] == '-' {
			f = -f
		}
		return f, slow, ok
	}
	f, err := strconv.ParseFloat(s, 64)
	return f, false, err == nil
}

// powers are the powers of ten that a short decimal is divided by.
var powers = [...]float64{1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15}

// shortDecimal is the quick way for up to 15 digits, with or without a point: their number and the power of ten are
// exact, so that the division rounds once.
func shortDecimal(s string) (float64, bool) {
	if len(s) > 16 {
		return 0, false
	}
	n, digits, point := 0, 0, -1
	for i := 0; i < len(s); i++ {
		switch b := s[i]; {
		case b-'0' <= 9:
			n = n*10 + int(b-'0')
			digits++
		case b == '.' && point < 0:
			point = digits
		default:
			return 0, false
		}
	}
	if digits == 0 || digits > 15 {
		return 0, false
	}
	if point < 0 {
		return float64(n), true
	}
	return float64(n) / powers[digits-point], true
}

func parseHex(s, digits string) (float64, bool) {
	if strings.ContainsAny(digits, "+-") && !strings.ContainsAny(digits, "pP") {
		return 0, false
	}
	if !strings.ContainsAny(digits, "pP") {
		s += "p0"
	}
	f, err := strconv.ParseFloat(s, 64)
	return f, err == nil || math.IsInf(f, 0)
}

// Truncate makes an int of a number as C's conversion does where that is defined; NaN is 0 and what
// is out of range is clipped.
func Truncate(f float64) int {
	switch {
	case f != f:
		return 0
	case f >= math.MaxInt64:
		return math.MaxInt64
	case f <= math.MinInt64:
		return math.MinInt64
	}
	return int(f)
}

// AppendQuoted appends a string as %q does: in double quotes, to be read back by Lua.
func AppendQuoted(dst []byte, s string) []byte {
	dst = append(dst, '"')
	for i := 0; i < len(s); i++ {
		switch b := s[i]; b {
		case '"', '\\', '\n':
			dst = append(dst, '\\', b)
		case '\r':
			dst = append(dst, '\\', 'r')
		case 0:
			dst = append(dst, '\\', '0', '0', '0')
		default:
			dst = append(dst, b)
		}
	}
	return append(dst, '"')
}
