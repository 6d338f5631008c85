// Package libm has the functions of C's math library that Go's gives less exactly: they are computed
// with twice the digits, so that nearly every result is the nearest number, as the GNU C library's is.
package libm

import "math"

var ln2 = pair{0x1.62e42fefa39efp-1, 0x1.abc9e3b39803fp-56}

const (
	terms   = 11 // of the series of e^x, for |x| below 2^-9
	halving = 8  // as often is x halved for that
)

// reciprocals of the small integers.
var reciprocals = func() (list [40]pair) {
	for i := 1; i < len(list); i++ {
		list[i] = pair{1, 0}.over(pair{float64(i), 0})
	}
	return list
}()

// exp is e^x - 1 after taking n*ln2 from x: e^x = (1+e) * 2^n.
func exp(x pair) (e pair, n int) {
	f := math.Round(x.hi * math.Log2E)
	r := x.add(ln2.times(-f)).scaled(-halving)
	e = r
	term := r
	for i := 2; i < terms; i++ {
		term = term.mul(r).mul(reciprocals[i])
		e = e.add(term)
	}
	for range halving { // (1+e)^2 - 1
		e = e.scaled(1).add(e.mul(e))
	}
	return e, int(f)
}

// expand is (1+e) * 2^n as a number, rounded once if it is a normal one.
func expand(e pair, n int) float64 { return math.Ldexp(pair{1, 0}.add(e).round(), n) }

// The arguments of Exp whose results are neither 0 nor infinite.
const (
	leastExp = -745.2
	mostExp  = 709.79
)

// Exp is e^x.
func Exp(x float64) float64 {
	if !(x > leastExp && x < mostExp) {
		return math.Exp(x)
	}
	return expand(exp(pair{x, 0}))
}

// log is the logarithm of a positive finite number.
func log(x float64) pair {
	if d := x - 1; math.Abs(d) < 0x1p-20 {
		// d - d^2/2 + d^3/3 - ...; d is exact
		one := pair{d, 0}
		sum, power := one, one
		for i := 2; i < 7; i++ {
			power = power.times(-d)
			sum = sum.add(power.mul(reciprocals[i]))
		}
		return sum
	}
	// one step of Newton's: y + (m*e^-y - 1), where m*2^n = x
	m, n := math.Frexp(x)
	y := math.Log(m)
	e, shift := exp(pair{-y, 0})
	z := pair{1, 0}.add(e).scaled(shift).times(m).add(pair{-1, 0})
	z = z.add(z.mul(z).times(-0.5))
	return ln2.times(float64(n)).add(pair{y, 0}).add(z)
}

func ordinary(x float64) bool { return x > 0 && x <= math.MaxFloat64 }

// Log is the natural logarithm.
func Log(x float64) float64 {
	if !ordinary(x) {
		return math.Log(x)
	}
	return log(x).round()
}

// Log10 is the decimal logarithm, exact for powers of ten. It is computed as the GNU C library does,
// whose last digit is not always the nearest here.
func Log10(x float64) float64 {
	if !ordinary(x) {
		return math.Log10(x)
	}
	m, n := math.Frexp(x) // of m*2^n, m is from 1/2 to 1, or from 1 to 2 for numbers from 1 on
	if n > 0 {
		m, n = 2*m, n-1
	}
	const high, low = 0x1.34413509f6p-2, 0x1.9fef311f12b36p-42 // of log10(2)
	k := float64(n)
	small := float64(k*low) + float64(log10E*Log(m)) // the conversions keep the products from being fused with the sums
	return small + float64(k*high)
}

const log10E = 0x1.bcb7b1526e50ep-2

// Pow is x^y. What is not a number has the sign that it has in C on amd64.
func Pow(x, y float64) float64 {
	f := pow(x, y)
	switch {
	case f == f:
		return f
	case x != x && y != y:
		return x
	case y != y:
		return y
	case x != x:
		if math.Signbit(x) && math.Abs(math.Mod(y, 2)) == 1 {
			return math.Abs(x)
		}
		return x
	}
	return math.Copysign(math.NaN(), -1)
}

func pow(x, y float64) float64 {
	switch {
	case y == 2:
		return x * x
	case x == 0 || y == 0 || x == 1 || y == 1 || x-x != 0 || y-y != 0 || x < 0 && y != math.Trunc(y):
		return math.Pow(x, y)
	case math.Abs(y) <= mostSteps && y == math.Trunc(y):
		if f, ok := power(x, int(math.Abs(y)), y < 0); ok {
			return f
		}
	}
	l := log(math.Abs(x))
	var f float64
	switch about := l.hi * y; {
	case about > mostExp:
		f = math.Inf(1)
	case about < leastExp:
		f = 0
	default:
		f = expand(exp(l.times(y)))
	}
	if x < 0 && math.Mod(y, 2) != 0 {
		f = -f
	}
	return f
}

const (
	mostSteps = 64 // of an exponent that is taken bit by bit
	wellAbove = 1e-280
	wellBelow = 1e280
)

// power is x^n or its reciprocal by multiplication, unless that comes near the end of the numbers.
func power(x float64, n int, reciprocal bool) (f float64, ok bool) {
	p, square := pair{1, 0}, pair{x, 0}
	for {
		if n&1 != 0 {
			p = p.mul(square)
		}
		if n >>= 1; n == 0 {
			break
		}
		square = square.mul(square)
	}
	if size := math.Abs(p.hi); !(size > wellAbove && size < wellBelow) {
		return 0, false
	}
	if reciprocal {
		p = pair{1, 0}.over(p)
	}
	return p.round(), true
}
