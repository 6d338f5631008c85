package stdlib

import (
	"math"

	"lma_collector/collector/sandbox/lua"
)

func openMath(in lua.Interp) lua.Table {
	lib := library(in, "math", []string{
		"abs", "acos", "asin", "atan", "atan2", "ceil", "cos", "cosh", "deg", "exp", "floor", "fmod", "frexp", "ldexp",
		"log", "log10", "max", "min", "mod", "modf", "pow", "rad", "random", "randomseed", "sin", "sinh", "sqrt", "tan", "tanh",
	}, nil)
	lib.Set("pi", lua.Number(math.Pi))
	lib.Set("huge", lua.Number(math.Inf(1)))
	return lib
}
