package matcher

import (
	"cmp"
	"math"
	"strconv"
	"strings"
)

// number is a numeric literal. Within the range of 64-bit integers it is also kept as an integer and
// whether there is more, so that timestamps in nanoseconds, which have no exact float64, compare exactly.
type number struct {
	float   float64
	floor   int64
	more    bool // the value lies between floor and floor+1
	inRange bool // floor and more are known
}

// number reads a literal: an optional minus, digits with at most one point, an optional exponent.
func (l *lexer) number() (token, error) {
	start := l.pos
	if l.peek(0) == '-' {
		l.pos++
	}
	for isDigit(l.peek(0)) || l.peek(0) == '.' {
		l.pos++
	}
	if c := l.peek(0); c == 'e' || c == 'E' {
		digits := l.pos + 1
		if s := l.peek(1); s == '+' || s == '-' {
			digits++
		}
		if digits < len(l.src) && isDigit(l.src[digits]) {
			for l.pos = digits; isDigit(l.peek(0)); {
				l.pos++
			}
		}
	}
	end := l.pos
	for c := l.peek(0); isWordByte(c) || c == '.' || c == '+' || c == '-'; c = l.peek(0) {
		l.pos++
	}
	text := l.src[start:l.pos]
	if _, err := strconv.ParseFloat(text, 64); end != l.pos || err != nil && !isRange(err) {
		return token{}, l.fail(start, "numbers are like 4, -4, .5, 4.2 or 4e3; there is no arithmetic", "malformed number %q", text)
	} else if err != nil {
		return token{}, l.fail(start, "", "number %q is out of range", text)
	}
	return token{kind: tokNumber, text: text}, nil
}

func isRange(err error) bool {
	numErr, ok := err.(*strconv.NumError)
	return ok && numErr.Err == strconv.ErrRange
}

// makeNumber takes the text of a number token.
func makeNumber(text string) (n number) {
	n.float, _ = strconv.ParseFloat(text, 64)
	digits, negative := strings.CutPrefix(text, "-")
	exponent := 0
	if e := strings.IndexAny(digits, "eE"); e >= 0 {
		exponent, _ = strconv.Atoi(digits[e+1:]) // of the right sign even where it is out of range
		exponent = min(max(exponent, -1<<30), 1<<30)
		digits = digits[:e]
	}
	whole, fraction, _ := strings.Cut(digits, ".")
	whole, fraction = shift(strings.TrimLeft(whole, "0"), fraction, exponent)
	if negative {
		whole = "-" + whole
	}
	v, err := strconv.ParseInt(whole, 10, 64)
	n.more = strings.Trim(fraction, "0") != ""
	if negative && n.more {
		v--
	}
	n.floor, n.inRange = v, err == nil && !(negative && v > 0) // below the lowest, v-- wraps around
	return n
}

// shift moves the decimal point by the exponent, as far as digits or the range of int64 go.
func shift(whole, fraction string, exponent int) (string, string) {
	switch digits := whole + fraction; {
	case exponent >= 0:
		digits += strings.Repeat("0", max(0, min(exponent-len(fraction), 20)))
		point := min(len(whole)+exponent, len(digits))
		whole, fraction = digits[:point], digits[point:]
	case -exponent < len(whole):
		point := len(whole) + exponent
		whole, fraction = digits[:point], digits[point:]
	default:
		whole, fraction = "", digits
	}
	return "0" + whole, fraction
}

// order compares an integer with the literal, exactly.
func (n *number) order(v int64) int {
	switch {
	case !n.inRange && n.float > 0:
		return -1
	case !n.inRange:
		return 1
	case n.more && v == n.floor:
		return -1
	}
	return cmp.Compare(v, n.floor)
}

// rounded tells whether the literal is an integer that a float64 cannot hold.
func (n *number) rounded() bool {
	return n.inRange && !n.more && (n.float >= math.MaxInt64 || int64(n.float) != n.floor)
}
