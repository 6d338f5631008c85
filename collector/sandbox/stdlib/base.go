package stdlib

import (
	"fmt"
	"math"
	"strings"

	"lma_collector/collector/sandbox/lua"
)

// OpenBase replaces what of the base library differs from C Lua.
func OpenBase(in lua.Interp) {
	set := func(name string, f lua.Function) { in.SetGlobal(name, in.NewFunction(name, f)) }
	set("tostring", toString)
	set("tonumber", toNumber)
	set("gcinfo", func(c lua.Call) { c.PushNumber(0); c.PushNumber(0) })
	in.SetGlobal("package", in.NewTable(0, 0).Value())
}

func toString(c lua.Call) {
	v := c.Arg(1)
	if v.Kind() == lua.KindNone {
		lua.BadArgument(c, 1, "tostring", "value expected")
	}
	if text, ok := v.AsText(); ok {
		c.PushText(text)
		return
	}
	switch v.Kind() {
	case lua.KindNil:
		c.PushText("nil")
	case lua.KindBool:
		c.PushText(map[bool]string{false: "false", true: "true"}[v.Truth()])
	default:
		c.PushText(describe(c, v))
	}
}

// describe is the text of a reference: what its __tostring says, else its kind and address.
func describe(c lua.Call, v lua.Value) string {
	if m, ok := v.Ref().(lua.Metatabled); ok {
		if f := m.Metafield("__tostring"); f.Kind() == lua.KindFunction {
			result := make([]lua.Value, 1)
			c.Invoke(f, result, v)
			if text, ok := result[0].AsText(); ok {
				return text
			}
			c.Raise("'tostring' must return a string to 'print'")
		}
	}
	return fmt.Sprintf("%s: %p", v.Kind(), v.Ref())
}

func toNumber(c lua.Call) {
	if c.Len() == 0 {
		lua.BadArgument(c, 1, "tonumber", "value expected")
	}
	base := 10
	if !c.Arg(2).IsNil() {
		base = lua.CheckInt(c, 2, "tonumber")
	}
	if base != 10 {
		inBase(c, base)
		return
	}
	if f, ok := c.Number(1); ok {
		c.PushNumber(f)
		return
	}
	c.PushNil()
}

func inBase(c lua.Call, base int) {
	text := lua.CheckText(c, 1, "tonumber")
	if base < 2 || base > 36 {
		lua.BadArgument(c, 2, "tonumber", "base out of range")
	}
	text = strings.ToLower(strings.TrimSpace(text))
	digits := strings.TrimPrefix(text, "-")
	if base == 16 {
		digits = strings.TrimPrefix(digits, "0x")
	}
	value := 0.0
	for i := 0; i < len(digits); i++ {
		d := digit(digits[i])
		if d >= base {
			c.PushNil()
			return
		}
		value = value*float64(base) + float64(d)
	}
	if digits == "" {
		c.PushNil()
		return
	}
	if text[0] == '-' {
		value = math.Mod(math.Exp2(64)-value, math.Exp2(64)) // as strtoul wraps it
	}
	c.PushNumber(value)
}

func digit(b byte) int {
	switch {
	case b >= '0' && b <= '9':
		return int(b - '0')
	case b >= 'a' && b <= 'z':
		return int(b-'a') + 10
	}
	return 99
}
