package stdlib

import (
	"math"

	"lma_collector/collector/sandbox/lua"
)

// maxStack is how many values C Lua lets a function push.
const maxStack = 8000

// toInteger is C's conversion of a number on 64 bits: toward zero, and the least integer for what
// has none.
func toInteger(f float64) int {
	if f >= -(1<<63) && f < 1<<63 {
		return int(f)
	}
	return math.MinInt64
}

// checkInteger and checkInt are arguments that C holds in 64 and in 32 bits.
func checkInteger(c *lua.Call, i int, function string) int {
	return toInteger(lua.CheckNumber(c, i, function))
}

func checkInt(c *lua.Call, i int, function string) int {
	return int(int32(checkInteger(c, i, function)))
}

func optInteger(c *lua.Call, i int, function string, missing int) int {
	if c.Kind(i) <= lua.KindNil {
		return missing
	}
	return checkInteger(c, i, function)
}

func optInt(c *lua.Call, i int, function string, missing int) int {
	if c.Kind(i) <= lua.KindNil {
		return missing
	}
	return checkInt(c, i, function)
}

func optText(c *lua.Call, i int, function, missing string) string {
	if c.Kind(i) <= lua.KindNil {
		return missing
	}
	return lua.CheckText(c, i, function)
}

func checkFunction(c *lua.Call, i int, function string) lua.Value {
	if c.Kind(i) != lua.KindFunction {
		lua.BadArgument(c, i, function, "function expected, got "+c.Kind(i).String())
	}
	return c.Arg(i)
}

// checkOption is the index of an argument among the names it may be. missing is for none.
func checkOption(c *lua.Call, i int, function, missing string, names ...string) int {
	text := missing
	if missing == "" || c.Kind(i) > lua.KindNil {
		text = lua.CheckText(c, i, function)
	}
	for n, name := range names {
		if name == text {
			return n
		}
	}
	lua.BadArgument(c, i, function, "invalid option '"+text+"'")
	return 0
}

// spendBytes charges for copying or scanning n bytes. What is short is part of the call.
func spendBytes(c *lua.Call, n int) {
	if n >= 256 {
		c.Spend(n / 16)
	}
}

// index is t[key] with metamethods.
func index(c *lua.Call, v, key lua.Value) lua.Value {
	for range 100 { // as C Lua limits it
		t, ok := v.AsTable()
		if ok {
			if found := t.Lookup(key); !found.IsNil() {
				return found
			}
		}
		m, has := v.Ref().(lua.Metatabled)
		if !has {
			break
		}
		handler := m.Metafield("__index")
		switch {
		case handler.Kind() == lua.KindFunction:
			result := make([]lua.Value, 1)
			c.Invoke(handler, result, v, key)
			return result[0]
		case handler.IsNil() && ok:
			return lua.Nil
		}
		v = handler
	}
	c.Raise("loop in gettable")
	return lua.Nil
}
