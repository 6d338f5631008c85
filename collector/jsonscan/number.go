package jsonscan

import (
	"strconv"
	"unsafe"
)

// Number reads a number. One too large for a float64 is an infinity.
func (s *Scanner) Number() (v float64, ok bool) {
	if s.bad {
		return 0, false
	}
	s.space()
	from := s.at
	d, ok := s.digits()
	if !ok {
		return 0, false
	}
	// Both factors are exact, so the one operation rounds correctly.
	if d.mantissa < 1<<53 && !d.cut && d.exponent >= -22 && d.exponent <= 22 {
		v = float64(d.mantissa)
		if d.exponent < 0 {
			v /= powers[-d.exponent]
		} else {
			v *= powers[d.exponent]
		}
		if d.negative {
			v = -v
		}
		return v, true
	}
	v, _ = strconv.ParseFloat(s.text[from:s.at], 64) // its syntax is known to be right; what is too large becomes infinite
	return v, true
}

// Nanoseconds reads a number of seconds exactly, with what is below a nanosecond cut off. It fails
// for numbers outside of the years 1678 to 2261.
func (s *Scanner) Nanoseconds() (ns int64, ok bool) {
	if s.bad {
		return 0, false
	}
	s.space()
	from := s.at
	d, ok := s.digits()
	if !ok {
		return 0, false
	}
	u := d.mantissa
	shift := d.exponent + 9
	for ; shift < 0 && u > 0; shift++ {
		u /= 10
	}
	for ; shift > 0 && u > 0; shift-- {
		if u > 1<<63/10 {
			break
		}
		u *= 10
	}
	if u > 0 && shift > 0 || u >= 1<<63 {
		s.at = from
		return 0, s.fail("a time out of range")
	}
	if d.negative {
		return -int64(u), true
	}
	return int64(u), true
}

// decimal is mantissa × 10^exponent; cut when the text had more digits than the mantissa holds.
type decimal struct {
	mantissa      uint64
	exponent      int
	negative, cut bool
}

// digits reads a number's text by the grammar of RFC 8259.
func (s *Scanner) digits() (d decimal, ok bool) {
	i := s.at
	if i < len(s.text) && s.text[i] == '-' {
		d.negative = true
		i++
	}
	whole := i
	i = d.take(s.text, i, 0)
	if i == whole || s.text[whole] == '0' && i > whole+1 {
		return d, s.fail("bad number")
	}
	if i < len(s.text) && s.text[i] == '.' {
		point := i + 1
		if i = d.take(s.text, point, 1); i == point {
			return d, s.fail("bad number: no digit after the point")
		}
	}
	if i < len(s.text) && s.text[i]|0x20 == 'e' {
		n, end := exponent(s.text, i+1)
		if end < 0 {
			return d, s.fail("bad number: no digit in the exponent")
		}
		d.exponent += n
		i = end
	}
	s.at = i
	return d, true
}

// take adds the digits at i to the mantissa; fraction is 1 behind the point.
func (d *decimal) take(text string, i, fraction int) int {
	for ; i < len(text) && text[i]-'0' < 10; i++ {
		if d.mantissa > (1<<63)/10 {
			d.cut = true
			d.exponent += 1 - fraction
			continue
		}
		d.mantissa = d.mantissa*10 + uint64(text[i]-'0')
		d.exponent -= fraction
	}
	return i
}

// exponent reads an optional sign and digits; end is -1 without digits. Beyond what any float needs it stays at a limit.
func exponent(text string, i int) (n, end int) {
	sign := 1
	if i < len(text) && (text[i] == '+' || text[i] == '-') {
		if text[i] == '-' {
			sign = -1
		}
		i++
	}
	start := i
	for ; i < len(text) && text[i]-'0' < 10; i++ {
		n = min(n*10+int(text[i]-'0'), 1<<20)
	}
	if i == start {
		return 0, -1
	}
	return sign * n, i
}

// passNumber reads a number whose value nobody wants.
func (s *Scanner) passNumber() bool {
	_, ok := s.digits()
	return ok
}

var powers = [...]float64{1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22}

func view(b []byte) string { return unsafe.String(unsafe.SliceData(b), len(b)) }
