package libm

import "math"

// pair is a number of about 106 bits, the sum of two: lo is less than half of hi's last place.
type pair struct{ hi, lo float64 }

// sum is a+b exactly.
func sum(a, b float64) pair {
	s := a + b
	t := s - a
	return pair{s, (a - (s - t)) + (b - t)}
}

// carried is the sum of a large and a small number.
func carried(hi, lo float64) pair {
	s := hi + lo
	return pair{s, lo - (s - hi)}
}

// product is a*b exactly.
func product(a, b float64) pair {
	p := a * b
	return pair{p, math.FMA(a, b, -p)}
}

func (a pair) add(b pair) pair {
	s := sum(a.hi, b.hi)
	return carried(s.hi, s.lo+a.lo+b.lo)
}

func (a pair) mul(b pair) pair {
	p := product(a.hi, b.hi)
	return carried(p.hi, p.lo+a.hi*b.lo+a.lo*b.hi)
}

func (a pair) times(f float64) pair { return a.mul(pair{f, 0}) }

// over is a/b.
func (a pair) over(b pair) pair {
	q := a.hi / b.hi
	rest := a.add(b.times(-q))
	return carried(q, rest.hi/b.hi)
}

// scaled is a times 2^n, for results within the range of normal numbers.
func (a pair) scaled(n int) pair { return pair{math.Ldexp(a.hi, n), math.Ldexp(a.lo, n)} }

func (a pair) round() float64 { return a.hi + a.lo }
