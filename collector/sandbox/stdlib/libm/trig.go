package libm

import (
	"math"
	"math/big"
	"sync"
)

// half is pi/2 in three parts.
var half = [3]float64{0x1.921fb54442d18p+0, 0x1.1a62633145c07p-54, -0x1.f1976b7ed8fbcp-110}

const tinyAngle = 0x1p-27

// LargeAngle is from where on pi/2 needs more digits than half has, which takes long.
const LargeAngle = 0x1p25

// reduce takes multiples of pi/2 from x and tells how many, modulo 4.
func reduce(x float64) (rest pair, quadrant int) {
	if math.Abs(x) >= LargeAngle {
		return reduceLarge(x)
	}
	n := math.Round(x * (2 / math.Pi))
	rest = pair{x, 0}
	for _, part := range half {
		p := product(-n, part)
		rest = rest.add(p)
	}
	return rest, int(n) & 3
}

const largePrecision = 1300 // bits: 1024 for the multiples of pi in the largest number, and some

// quarter is pi/2 with as many digits as the largest number needs.
var quarter = sync.OnceValue(func() *big.Float {
	// pi = 16 atan(1/5) - 4 atan(1/239), as integers
	one := new(big.Int).Lsh(big.NewInt(1), largePrecision)
	inverse := func(n int64) *big.Int {
		total, power := new(big.Int), new(big.Int).Quo(one, big.NewInt(n))
		for i := int64(1); power.Sign() != 0; i += 2 {
			term := new(big.Int).Quo(power, big.NewInt(i))
			if i&2 != 0 {
				term.Neg(term)
			}
			total.Add(total, term)
			power.Quo(power, big.NewInt(n*n))
		}
		return total
	}
	pi := new(big.Int).Mul(inverse(5), big.NewInt(16))
	pi.Sub(pi, new(big.Int).Mul(inverse(239), big.NewInt(4)))
	f := new(big.Float).SetPrec(largePrecision).SetInt(pi)
	return f.SetMantExp(f, -largePrecision-1)
})

func reduceLarge(x float64) (rest pair, quadrant int) {
	f := new(big.Float).SetPrec(largePrecision).SetFloat64(x)
	q := new(big.Float).SetPrec(largePrecision).Quo(f, quarter())
	n, _ := q.Add(q, new(big.Float).SetFloat64(math.Copysign(0.5, x))).Int(nil)
	q.SetInt(n)
	f.Sub(f, q.Mul(q, quarter()))
	rest.hi, _ = f.Float64()
	rest.lo, _ = f.Sub(f, new(big.Float).SetFloat64(rest.hi)).Float64()
	return rest, int(new(big.Int).And(n, big.NewInt(3)).Int64())
}

// series sums first + first*x2/(n*(n+1)) + ..., with alternating signs if sign is -1: the series of
// sine, cosine and their hyperbolic sisters.
func series(first, x2 pair, n int, sign float64) pair {
	total, term := first, first
	x2 = x2.times(sign)
	for ; math.Abs(term.hi) > 0x1p-110*math.Abs(total.hi); n += 2 {
		term = term.mul(x2).mul(reciprocals[n]).mul(reciprocals[n+1])
		total = total.add(term)
	}
	return total
}

// sinCos gives both for an angle.
func sinCos(x float64) (sin, cos pair) {
	r, quadrant := reduce(x)
	r2 := r.mul(r)
	sin, cos = series(r, r2, 2, -1), series(pair{1, 0}, r2, 1, -1)
	switch quadrant {
	case 1:
		return cos, sin.times(-1)
	case 2:
		return sin.times(-1), cos.times(-1)
	case 3:
		return cos.times(-1), sin
	}
	return sin, cos
}

func finite(x float64) bool { return x-x == 0 }

// Sin is the sine.
func Sin(x float64) float64 {
	if !finite(x) || math.Abs(x) < tinyAngle {
		return math.Sin(x)
	}
	sin, _ := sinCos(x)
	return sin.round()
}

// Cos is the cosine.
func Cos(x float64) float64 {
	if !finite(x) {
		return math.Cos(x)
	}
	_, cos := sinCos(x)
	return cos.round()
}

// Tan is the tangent.
func Tan(x float64) float64 {
	if !finite(x) || math.Abs(x) < tinyAngle {
		return math.Tan(x)
	}
	sin, cos := sinCos(x)
	return sin.over(cos).round()
}

// Atan2 is the angle of the point (x, y).
func Atan2(y, x float64) float64 {
	near := math.Atan2(y, x)
	if !finite(x) || !finite(y) || x == 0 || math.Abs(near) < tinyAngle {
		return near
	}
	_, size := math.Frexp(max(math.Abs(x), math.Abs(y)))
	return turn(near, math.Ldexp(x, -size), math.Ldexp(y, -size))
}

// turn corrects an angle by what it misses the point (x, y): the tangent of the difference.
func turn(near, x, y float64) float64 {
	sin, cos := sinCos(near)
	across := cos.times(y).add(sin.times(-x))
	along := cos.times(x).add(sin.times(y))
	return carried(near, across.hi/along.hi).round()
}

// Atan is the arc tangent.
func Atan(x float64) float64 { return Atan2(x, 1) }

// Asin is the arc sine.
func Asin(x float64) float64 {
	near := math.Asin(x)
	if !(math.Abs(x) < 1) || math.Abs(x) < tinyAngle {
		return near
	}
	sin, cos := sinCos(near)
	return near + pair{x, 0}.add(sin.times(-1)).hi/cos.hi
}

// Acos is the arc cosine.
func Acos(x float64) float64 {
	near := math.Acos(x)
	if !(math.Abs(x) < 1) {
		return near
	}
	sin, cos := sinCos(near)
	return near + cos.add(pair{-x, 0}).hi/sin.hi
}

// growth gives e^x/2 and e^-x/2 for x that is positive, as numbers times 2^n.
func growth(x float64) (up, down pair, n int) {
	e, n := exp(pair{x, 0})
	up = pair{1, 0}.add(e)
	return up, pair{1, 0}.over(up).scaled(-min(2*n, 1000)), n - 1
}

const mostGrowth = 710.5 // from here on e^x/2 is infinite

// Sinh is the hyperbolic sine.
func Sinh(x float64) float64 {
	switch a := math.Abs(x); {
	case !(a < mostGrowth) || a < tinyAngle:
		return math.Sinh(x)
	case a < 0.5:
		p := pair{x, 0}
		return series(p, p.mul(p), 2, 1).round()
	default:
		up, down, n := growth(a)
		return math.Copysign(math.Ldexp(up.add(down.times(-1)).round(), n), x)
	}
}

// Cosh is the hyperbolic cosine.
func Cosh(x float64) float64 {
	a := math.Abs(x)
	if !(a < mostGrowth) {
		return math.Cosh(x)
	}
	up, down, n := growth(a)
	return math.Ldexp(up.add(down).round(), n)
}

// Tanh is the hyperbolic tangent.
func Tanh(x float64) float64 {
	a := math.Abs(x)
	switch {
	case !(a < 40) || a < tinyAngle:
		return math.Tanh(x)
	case a < 0.5:
		p := pair{x, 0}
		p2 := p.mul(p)
		return series(p, p2, 2, 1).over(series(pair{1, 0}, p2, 1, 1)).round()
	}
	up, down, _ := growth(a)
	return math.Copysign(up.add(down.times(-1)).over(up.add(down)).round(), x)
}
