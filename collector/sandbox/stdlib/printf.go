package stdlib

import (
	"math"
	"strconv"

	"lma_collector/collector/message"
	"lma_collector/collector/sandbox/lua"
)

// pad appends a sign and digits in the conversion's width.
func (s *conversion) pad(dst []byte, sign, body string, zeros bool) []byte {
	fill := s.width - len(sign) - len(body)
	switch {
	case s.minus:
		dst = append(append(dst, sign...), body...)
		return appendRepeated(dst, ' ', fill)
	case zeros && s.zero:
		dst = append(dst, sign...)
		dst = appendRepeated(dst, '0', fill)
	default:
		dst = appendRepeated(dst, ' ', fill)
		dst = append(dst, sign...)
	}
	return append(dst, body...)
}

func appendRepeated(dst []byte, b byte, n int) []byte {
	for ; n > 0; n-- {
		dst = append(dst, b)
	}
	return dst
}

func (s *conversion) sign(negative bool) string {
	switch {
	case negative:
		return "-"
	case s.plus:
		return "+"
	case s.blank:
		return " "
	}
	return ""
}

// digits gives a number's digits at least as many as the precision says.
func (s *conversion) digits(digits []byte) []byte {
	if s.precision == 0 && len(digits) == 1 && digits[0] == '0' {
		return nil
	}
	missing := s.precision - len(digits)
	if missing <= 0 {
		return digits
	}
	return append(appendRepeated(make([]byte, 0, s.precision), '0', missing), digits...)
}

func (s *conversion) integer(dst []byte, f float64) []byte {
	n := toInteger(f)
	if s.width == 0 && s.precision < 0 && !s.plus && !s.blank {
		return strconv.AppendInt(dst, int64(n), 10)
	}
	var room [24]byte
	digits := strconv.AppendInt(room[:0], int64(n), 10)
	if n < 0 {
		digits = digits[1:]
	}
	return s.pad(dst, s.sign(n < 0), message.View(s.digits(digits)), s.precision < 0)
}

// toUnsigned is how C on amd64 makes an unsigned integer of a number.
func toUnsigned(f float64) uint64 {
	if f >= 1<<63 {
		return uint64(toInteger(f-1<<63)) ^ 1<<63
	}
	return uint64(toInteger(f))
}

func (s *conversion) unsigned(dst []byte, f float64) []byte {
	n := toUnsigned(f)
	base := 10
	switch s.verb {
	case 'o':
		base = 8
	case 'x', 'X':
		base = 16
	}
	var room [24]byte
	digits := strconv.AppendUint(room[:0], n, base)
	prefix := ""
	switch s.verb {
	case 'X':
		upper(digits)
		prefix = "0X"
	case 'x':
		prefix = "0x"
	}
	digits = s.digits(digits)
	if !s.alternate || n == 0 {
		prefix = ""
	}
	if s.alternate && base == 8 && (len(digits) == 0 || digits[0] != '0') {
		prefix = "0"
		if s.zero && !s.minus && s.precision < 0 && s.width > len(digits) {
			prefix = "" // the padding is such a zero
		}
	}
	return s.pad(dst, prefix, message.View(digits), s.precision < 0)
}

func upper(text []byte) {
	for i, b := range text {
		if b >= 'a' && b <= 'z' {
			text[i] -= 0x20
		}
	}
}

func (s *conversion) float(dst []byte, f float64) []byte {
	var room [maxItem]byte
	text := room[:0]
	finite := f-f == 0
	if finite {
		text = s.finite(text, math.Abs(f))
	} else {
		text = lua.AppendG(text, math.Copysign(f, 1), 6)
	}
	if s.verb < 'a' {
		upper(text)
	}
	if s.width == 0 && !s.plus && !s.blank {
		if math.Signbit(f) {
			dst = append(dst, '-')
		}
		return append(dst, text...)
	}
	return s.pad(dst, s.sign(math.Signbit(f)), message.View(text), finite)
}

// finite appends a number that is not negative.
func (s *conversion) finite(dst []byte, f float64) []byte {
	precision := s.precision
	if precision < 0 {
		precision = 6
	}
	switch s.verb | 0x20 {
	case 'e':
		dst = strconv.AppendFloat(dst, f, 'e', precision, 64)
		if s.alternate && precision == 0 {
			return insertPoint(dst, 1)
		}
	case 'f':
		dst = appendFixed(dst, f, precision)
		if s.alternate && precision == 0 {
			return append(dst, '.')
		}
	default:
		if !s.alternate {
			return lua.AppendG(dst, f, precision)
		}
		return appendLongG(dst, f, max(precision, 1))
	}
	return dst
}

func insertPoint(text []byte, at int) []byte {
	text = append(text, 0)
	copy(text[at+1:], text[at:])
	text[at] = '.'
	return text
}

// appendFixed is %.<precision>f. Numbers of an ordinary size take strconv's quick way, which it has
// for a number of digits, not of decimals.
func appendFixed(dst []byte, f float64, precision int) []byte {
	if f < 1e15 && f >= 1 && precision > 0 {
		whole := 1
		for limit := 10.0; f >= limit; limit *= 10 {
			whole++
		}
		if whole+precision <= 17 {
			var room [32]byte
			text := strconv.AppendFloat(room[:0], f, 'e', whole+precision-1, 64) // d.ddde+xx
			end := whole + precision + 1
			if text[end] == 'e' && int(text[end+2]-'0')*10+int(text[end+3]-'0') == whole-1 {
				dst = append(dst, text[0])
				dst = append(dst, text[2:whole+1]...)
				dst = append(dst, '.')
				return append(dst, text[whole+1:end]...)
			}
		}
	}
	return strconv.AppendFloat(dst, f, 'f', precision, 64)
}

// appendLongG is %#.<precision>g, which keeps zeros at the end and the point.
func appendLongG(dst []byte, f float64, precision int) []byte {
	var room [128]byte
	text := strconv.AppendFloat(room[:0], f, 'e', precision-1, 64)
	at := len(text) - 1
	for text[at] != 'e' {
		at--
	}
	exponent, _ := strconv.Atoi(message.View(text[at+1:]))
	if exponent >= -4 && exponent < precision {
		dst = strconv.AppendFloat(dst, f, 'f', precision-1-exponent, 64)
		if exponent == precision-1 {
			dst = append(dst, '.')
		}
		return dst
	}
	if precision == 1 {
		text = insertPoint(text, at)
	}
	return append(dst, text...)
}
