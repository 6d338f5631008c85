package lua

import (
	"math"
	"math/big"
	"math/bits"
	"strconv"
	"strings"
)

const (
	quickDigits = 19  // that strconv converts in no time
	mostDigits  = 800 // that can decide how a number is rounded
	mostPower   = 310 // the largest number has so many digits before its point
	leastPower  = -326
	quickPower  = -300 // smaller numbers may be denormal, for which strconv needs long
)

// decimal is a decimal number taken apart: its digits without zeros at the start, times a power of ten.
type decimal struct {
	room     [mostDigits]byte
	digits   int
	exponent int
	sticky   bool // digits that are not zero were left out at the end
}

// parseDecimal is strconv.ParseFloat for an unsigned decimal. strconv needs a tenth of a millisecond for some
// short texts; this needs some microseconds. slow tells of a number that took such a time.
func parseDecimal(s string) (f float64, slow, ok bool) {
	if quick(s) {
		return byStrconv(s)
	}
	var d decimal
	if !d.takeApart(s) {
		return 0, false, false
	}
	power := d.digits + d.exponent // of the point behind the digits
	if d.digits <= quickDigits && power > quickPower {
		return byStrconv(s)
	}
	switch {
	case d.digits == 0 || power < leastPower:
		return 0, false, true
	case power > mostPower:
		return math.Inf(1), false, true
	}
	return d.float(), true, true
}

// quick tells of a text with few digits and an exponent of two digits at most.
func quick(s string) bool {
	const sign, point = 1, 1
	for i := len(s) - 1; i >= 0 && i >= len(s)-2-sign-1; i-- {
		if s[i]|0x20 == 'e' {
			return i <= quickDigits+point
		}
	}
	return len(s) <= quickDigits+point && strings.IndexByte(s, 'e') < 0 && strings.IndexByte(s, 'E') < 0
}

func byStrconv(s string) (f float64, slow, ok bool) {
	f, err := strconv.ParseFloat(s, 64)
	return f, len(s) > 15, err == nil || math.IsInf(f, 0)
}

// takeApart reads digits, a point among them, and an exponent; false where there is something else.
func (d *decimal) takeApart(s string) bool {
	i, some, point := 0, false, false
	for ; i < len(s); i++ {
		b := s[i]
		if b == '.' && !point {
			point = true
			continue
		}
		if b-'0' > 9 {
			break
		}
		some = true
		switch {
		case b == '0' && d.digits == 0:
		case d.digits < mostDigits:
			d.room[d.digits] = b
			d.digits++
		default:
			d.sticky = d.sticky || b != '0'
			d.exponent++
		}
		if point {
			d.exponent--
		}
	}
	if !some || i == len(s) {
		return some
	}
	return s[i]|0x20 == 'e' && d.scale(s[i+1:])
}

// scale reads the exponent.
func (d *decimal) scale(s string) bool {
	sign := 1
	if s != "" && (s[0] == '-' || s[0] == '+') {
		if s[0] == '-' {
			sign = -1
		}
		s = s[1:]
	}
	n := 0
	for i := range len(s) {
		if s[i]-'0' > 9 {
			return false
		}
		n = min(n*10+int(s[i]-'0'), math.MaxInt32)
	}
	d.exponent += sign * n
	return s != ""
}

// float is the nearest number, of two that are as near the even one.
func (d *decimal) float() float64 {
	dividend, _ := new(big.Int).SetString(string(d.room[:d.digits]), 10)
	divisor := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(max(d.exponent, -d.exponent))), nil)
	if d.exponent >= 0 {
		dividend.Mul(dividend, divisor)
		divisor.SetInt64(1)
	}
	shift := 64 - dividend.BitLen() + divisor.BitLen() // the quotient has 64 bits, or one more
	if shift >= 0 {
		dividend.Lsh(dividend, uint(shift))
	} else {
		divisor.Lsh(divisor, uint(-shift))
	}
	quotient, rest := dividend.QuoRem(dividend, divisor, new(big.Int))
	sticky := d.sticky || rest.Sign() != 0
	if quotient.BitLen() > 64 {
		sticky = sticky || quotient.Bit(0) != 0
		quotient.Rsh(quotient, 1)
		shift--
	}
	return round(quotient.Uint64(), -shift, sticky)
}

// round is m times a power of two, to 53 bits, or fewer where the number is denormal. m has 64 bits, the lowest of
// which stands for more below it where sticky.
func round(m uint64, exponent int, sticky bool) float64 {
	m <<= bits.LeadingZeros64(m) // none
	const precision, least = 53, -1074
	drop := max(64-precision, least-exponent)
	if drop > 64 {
		return 0
	}
	half, low := uint64(1)<<(drop-1), m&(1<<drop-1)
	m >>= drop
	if low > half || low == half && (sticky || m&1 == 1) {
		m++
	}
	return math.Ldexp(float64(m), exponent+drop)
}
