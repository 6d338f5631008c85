package stdlib

import (
	"math"

	"lma_collector/collector/sandbox/lua"
	"lma_collector/collector/sandbox/stdlib/libm"
)

func openMath(in *lua.Interp) *lua.Table {
	functions := map[string]lua.Function{
		"abs": func(c *lua.Call) { c.PushNumber(math.Abs(lua.CheckNumber(c, 1, "abs"))) }, "atan2": mathAtan2, "fmod": mathFmod, "frexp": mathFrexp, "ldexp": mathLdexp, "max": mathMax, "min": mathMin,
		"modf": mathModf, "pow": mathPow,
	}
	for name, f := range map[string]func(float64) float64{
		"acos": libm.Acos, "asin": libm.Asin, "atan": libm.Atan, "ceil": math.Ceil, "cos": ofAngle(libm.Cos),
		"cosh": libm.Cosh, "deg": degrees, "exp": libm.Exp, "floor": math.Floor, "log": logarithm, "log10": log10,
		"rad": radians, "sin": ofAngle(libm.Sin), "sinh": libm.Sinh, "sqrt": squareRoot, "tan": ofAngle(libm.Tan), "tanh": libm.Tanh,
	} {
		functions[name] = func(c *lua.Call) {
			x := lua.CheckNumber(c, 1, name)
			if math.Abs(x) >= libm.LargeAngle {
				c.Spend(largeAngleCost)
			}
			if x == x { // a NaN keeps its sign
				x = f(x)
			}
			c.PushNumber(x)
		}
	}
	r := &random{}
	functions["random"], functions["randomseed"] = r.random, r.randomSeed
	lib := library(in, functions)
	lib.Set("mod", lib.Get("fmod"))
	lib.Set("pi", lua.Number(math.Pi))
	lib.Set("huge", lua.Number(math.Inf(1)))
	return lib
}

// largeAngleCost is what the sine, cosine or tangent of a large angle costs in instructions.
const largeAngleCost = 48

// radian is a degree in radians.
const radian = math.Pi / 180.0

func degrees(f float64) float64 { return f / radian }
func radians(f float64) float64 { return f * radian }

// invalid is the NaN that the processor gives for what has no result: a negative one, which shows.
var invalid = math.Copysign(math.NaN(), -1)

// ofAngle is a function of an angle, which an infinite one has not.
func ofAngle(f func(float64) float64) func(float64) float64 {
	return func(x float64) float64 {
		if math.IsInf(x, 0) {
			return invalid
		}
		return f(x)
	}
}

func squareRoot(f float64) float64 {
	if f < 0 {
		return invalid
	}
	return math.Sqrt(f)
}

func logarithm(f float64) float64 {
	if f < 0 {
		return invalid
	}
	return libm.Log(f)
}

func log10(f float64) float64 {
	if f < 0 {
		return math.NaN() // here the C library makes a positive one
	}
	return libm.Log10(f)
}

func mathAtan2(c *lua.Call) {
	y, x := lua.CheckNumber(c, 1, "atan2"), lua.CheckNumber(c, 2, "atan2")
	if y != y || x != x {
		c.PushNumber(y + x)
		return
	}
	c.PushNumber(libm.Atan2(y, x))
}

func mathFmod(c *lua.Call) {
	a, b := lua.CheckNumber(c, 1, "fmod"), lua.CheckNumber(c, 2, "fmod")
	switch {
	case a != a || b != b:
		c.PushNumber(a + b)
	case math.IsInf(a, 0) || b == 0:
		c.PushNumber(invalid)
	default:
		if n := math.Logb(a) - math.Logb(b); n > 64 { // it is done bit by bit
			c.Spend(int(n) >> 4)
		}
		c.PushNumber(math.Mod(a, b))
	}
}

func mathPow(c *lua.Call) {
	a, b := lua.CheckNumber(c, 1, "pow"), lua.CheckNumber(c, 2, "pow")
	c.PushNumber(libm.Pow(a, b))
}

func mathFrexp(c *lua.Call) {
	mantissa, exponent := math.Frexp(lua.CheckNumber(c, 1, "frexp"))
	c.PushNumber(mantissa)
	c.PushNumber(float64(exponent))
}

func mathLdexp(c *lua.Call) {
	f := lua.CheckNumber(c, 1, "ldexp")
	c.PushNumber(math.Ldexp(f, checkInt(c, 2, "ldexp")))
}

func mathModf(c *lua.Call) {
	f := lua.CheckNumber(c, 1, "modf")
	whole := math.Trunc(f)
	part := f - whole
	if math.IsInf(f, 0) {
		part = 0
	}
	c.PushNumber(whole)
	if f == f {
		part = math.Copysign(part, f)
	}
	c.PushNumber(part)
}

func mathMax(c *lua.Call) { c.PushNumber(extreme(c, "max", func(a, b float64) bool { return a > b })) }

func mathMin(c *lua.Call) { c.PushNumber(extreme(c, "min", func(a, b float64) bool { return a < b })) }

// extreme is the argument that is better than all before it.
func extreme(c *lua.Call, function string, better func(a, b float64) bool) float64 {
	best := lua.CheckNumber(c, 1, function)
	for i := 2; i <= c.Len(); i++ {
		if f := lua.CheckNumber(c, i, function); better(f, best) {
			best = f
		}
	}
	return best
}
