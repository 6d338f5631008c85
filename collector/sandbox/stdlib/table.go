package stdlib

import (
	"fmt"

	"lma_collector/collector/sandbox/lua"
)

func openTable(in lua.Interp) lua.Table {
	return library(in, "table", []string{"getn", "insert", "maxn", "remove", "sort"}, map[string]lua.Function{
		"concat": tableConcat, "foreach": tableForeach, "foreachi": tableForeachi,
		"setn": func(c lua.Call) { c.Raise("'setn' is obsolete") },
	})
}

func tableConcat(c lua.Call) {
	t := lua.CheckTable(c, 1, "concat")
	separator, first, last := "", 1, t.Len()
	if !c.Arg(2).IsNil() {
		separator = lua.CheckText(c, 2, "concat")
	}
	if !c.Arg(3).IsNil() {
		first = lua.CheckInt(c, 3, "concat")
	}
	if !c.Arg(4).IsNil() {
		last = lua.CheckInt(c, 4, "concat")
	}
	var out []byte
	for i := first; i <= last; i++ {
		v := t.Index(i)
		text, ok := v.AsText()
		if !ok {
			c.Raise(fmt.Sprintf("invalid value (%s) at index %d in table for 'concat'", v.Kind(), i))
		}
		out = append(out, text...)
		if i < last {
			out = append(out, separator...)
		}
		if len(out) > maxString {
			c.RaiseBare("not enough memory")
		}
	}
	c.PushText(string(out))
}

func tableForeach(c lua.Call) {
	t := lua.CheckTable(c, 1, "foreach")
	f := checkFunction(c, 2, "foreach")
	result := make([]lua.Value, 1)
	t.Each(func(k, v lua.Value) bool {
		c.Invoke(f, result, k, v)
		return result[0].IsNil()
	})
	c.Push(result[0])
}

func tableForeachi(c lua.Call) {
	t := lua.CheckTable(c, 1, "foreachi")
	f := checkFunction(c, 2, "foreachi")
	result := make([]lua.Value, 1)
	for i, n := 1, t.Len(); i <= n && result[0].IsNil(); i++ {
		c.Invoke(f, result, lua.Number(float64(i)), t.Index(i))
	}
	c.Push(result[0])
}

func checkFunction(c lua.Call, i int, function string) lua.Value {
	if c.Kind(i) != lua.KindFunction {
		lua.BadArgument(c, i, function, "function expected, got "+c.Kind(i).String())
	}
	return c.Arg(i)
}
