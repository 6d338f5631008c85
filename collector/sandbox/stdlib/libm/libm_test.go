package libm

import (
	"math"
	"math/big"
	"math/rand/v2"
	"testing"
)

// exactPow is x^n, rounded once.
func exactPow(x float64, n int) float64 {
	p := new(big.Float).SetPrec(2000).SetFloat64(1)
	b := new(big.Float).SetPrec(2000).SetFloat64(x)
	for range n {
		p.Mul(p, b)
	}
	f, _ := p.Float64()
	return f
}

// TestPow compares integer powers with exact ones, and roots with their own powers.
func TestPow(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 20000 {
		x := math.Ldexp(1+r.Float64(), r.IntN(12)-6)
		if r.IntN(2) == 0 {
			x = -x
		}
		n := r.IntN(150)
		if want := exactPow(x, n); math.Abs(want) > 1e-300 && Pow(x, float64(n)) != want {
			t.Fatalf("%v^%d: %v, want %v", x, n, Pow(x, float64(n)), want)
		}
	}
	for _, x := range []float64{5e-324, 1e-310, 1e-300, 0.1, 0.5, 2, 10, 1e300, 1.7e308} {
		if got := math.Pow(Pow(x, 1.0/4), 4); math.Abs(got/x-1) > 1e-14 && x > 1e-305 {
			t.Errorf("%v^(1/4)^4 = %v", x, got)
		}
		if got, want := Pow(x, 0.5), math.Sqrt(x); got != want {
			t.Errorf("%v^0.5 = %v, want %v", x, got, want)
		}
	}
}

func TestLogarithms(t *testing.T) {
	for n := -307; n <= 308; n++ {
		if got := Log10(exactTen(n)); got != float64(n) {
			t.Errorf("log10(1e%d) = %v", n, got)
		}
	}
	r := rand.New(rand.NewPCG(3, 4))
	for range 20000 {
		x := math.Ldexp(1+r.Float64(), r.IntN(2000)-1000)
		for name, pair := range map[string][2]float64{"log": {Log(x), math.Log(x)}, "exp": {Exp(math.Log(x)), math.Exp(math.Log(x))}, "log10": {Log10(x), math.Log10(x)}} {
			if math.Abs(pair[0]-pair[1]) > 4e-16*math.Abs(pair[1]) {
				t.Fatalf("%s of %v: %v, about %v is right", name, x, pair[0], pair[1])
			}
		}
	}
	for _, d := range []float64{0x1p-52, 0x1p-30, -0x1p-53, -0x1p-25, 1e-7} {
		if got, want := Log(1+d), math.Log1p((1+d)-1); math.Abs(got-want) > 2e-16*math.Abs(want) {
			t.Errorf("log(1+%v) = %v, want %v", d, got, want)
		}
	}
}

func exactTen(n int) float64 {
	p := new(big.Float).SetPrec(2000).SetFloat64(1)
	for range max(n, -n) {
		if n > 0 {
			p.Mul(p, big.NewFloat(10))
		} else {
			p.Quo(p, big.NewFloat(10))
		}
	}
	f, _ := p.Float64()
	return f
}

// TestSpecial gives what Go's functions give for what is no ordinary number.
func TestSpecial(t *testing.T) {
	values := []float64{0, math.Copysign(0, -1), 1, -1, 2, -2, 3, -3, 0.5, -0.5, math.Inf(1), math.Inf(-1), math.NaN(), math.MaxFloat64, -math.MaxFloat64, 5e-324, 1e17, -1e17}
	same := func(a, b float64) bool {
		return math.Float64bits(a) == math.Float64bits(b) || a != a && b != b || math.Abs(a-b) <= 4e-16*math.Abs(b)
	}
	for _, x := range values {
		if x == 5e-324 { // Go's logarithm of it is wrong
			if Log(x) != -744.4400719213812 || Exp(x) != 1 {
				t.Errorf("log %v, exp %v", Log(x), Exp(x))
			}
			continue
		}
		if !same(Exp(x), math.Exp(x)) || !same(Log(x), math.Log(x)) || !same(Log10(x), math.Log10(x)) {
			t.Errorf("%v: exp %v, log %v, log10 %v", x, Exp(x), Log(x), Log10(x))
		}
		for _, y := range values {
			if got, want := Pow(x, y), math.Pow(x, y); !same(got, want) {
				t.Errorf("%v^%v = %v, want %v", x, y, got, want)
			}
		}
	}
}

func BenchmarkPow(b *testing.B) {
	for name, y := range map[string]float64{"cube": 3, "fraction": 2.5} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				Pow(1.0001, y)
			}
		})
	}
}

// TestAngles compares the trigonometric and hyperbolic functions with Go's, within what those miss,
// and with identities.
func TestAngles(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	for range 20000 {
		x := math.Ldexp(r.Float64()*2-1, r.IntN(40)-20)
		y := math.Ldexp(r.Float64()*2-1, r.IntN(40)-20)
		small := math.Mod(x, 1)
		for name, pair := range map[string][2]float64{
			"sin": {Sin(x), math.Sin(x)}, "cos": {Cos(x), math.Cos(x)}, "atan": {Atan(x), math.Atan(x)}, "atan2": {Atan2(y, x), math.Atan2(y, x)},
			"cos(acos)": {1 + Cos(Acos(small)), 1 + small}, "tanh": {Tanh(x), math.Tanh(x)},
			"sin(asin)": {Sin(Asin(small)), small}, "tan(atan)": {Tan(Atan(small)), small}, "large": {Sin(x * 0x1p40), math.Sin(x * 0x1p40)},
		} {
			if math.Abs(pair[0]-pair[1]) > 1e-15*math.Abs(pair[1])+1e-16 {
				t.Fatalf("%s of %v (%v): %v, about %v is right", name, x, y, pair[0], pair[1])
			}
		}
		if x = math.Mod(x, 700); math.Abs(Cosh(x)-math.Cosh(x)) > 1e-13*Cosh(x) || math.Abs(Sinh(x)-math.Sinh(x)) > 1e-13*math.Abs(Sinh(x)) {
			t.Fatalf("cosh %v %v, sinh %v %v", Cosh(x), math.Cosh(x), Sinh(x), math.Sinh(x))
		}
	}
	// known to more digits than a number has
	for _, known := range []struct{ got, want float64 }{
		{Sin(1e22), -0.8522008497671888},
		{Cos(1e22), 0.523214785395139},
		{Sin(math.Pi), 1.2246467991473532e-16},
		{Cos(math.Pi / 2), 6.123233995736766e-17},
		{Sin(108), 0.926818505417785},
		{Tan(1), 1.5574077246549023},
		{Atan(1), math.Pi / 4},
		{Acos(-1), math.Pi},
		{Asin(1), math.Pi / 2},
		{Sinh(1), 1.1752011936438014},
		{Cosh(1), 1.543080634815244},
		{Tanh(1), 0.7615941559557649},
		{Sinh(710), 1.1169973830808557e308},
		{Cosh(710.4), 1.6663642832806494e308},
		{Exp(1), math.E},
		{Pow(2, 0.5), math.Sqrt2},
		{Pow(10, -5), 1e-5},
		{Pow(10, 308), 1e308},
		{Pow(2, -1074), 5e-324},
		{Pow(-2, 3), -8},
		{Log(10), math.Ln10},
		{Log10(2), 0.3010299956639812},
	} {
		if math.Abs(known.got-known.want) > 1e-15*math.Abs(known.want) {
			t.Errorf("got %v, want %v", known.got, known.want)
		}
	}
}
