package afdwindow

import (
	"math"

	"lma_collector/collector/sandbox/lua"
)

// What test finds, as scripts see it.
const (
	noMatch = 0
	match   = 1
	missing = 2 // no point that counts within the span
	never   = 3 // no point ever
)

// Module is the afd_window module:
//
//	known(function)                       whether there is such a function
//	seconds(window, periods)              how far back a rule looks, in s
//	new(function, window, periods)        an empty window; window is in s
//	put(windows, ns, value)               takes a point into each window of a list
//	window:test(ns, operator, threshold)  0 no match, 1 match, 2 missing or 3 never any data; and the value, -1 without one
func Module() lua.Module {
	class := &lua.Class{Name: "lma.afd_window", Methods: map[string]lua.Function{"test": test}}
	newWindow := func(c lua.Call) { newWindow(c, class) }
	return lua.Module{Name: "afd_window", Open: func(in lua.Interp) lua.Table {
		t := in.NewTable(0, 4)
		for name, f := range map[string]lua.Function{"known": known, "seconds": seconds, "new": newWindow, "put": put} {
			t.Set(name, in.NewFunction(name, f))
		}
		return t
	}}
}

func known(c lua.Call) {
	name, _ := c.Text(1)
	_, ok := functions[name]
	c.PushBool(ok)
}

func seconds(c lua.Call) {
	c.PushNumber(Seconds(lua.CheckNumber(c, 1, "seconds"), lua.CheckNumber(c, 2, "seconds")))
}

func newWindow(c lua.Call, class *lua.Class) {
	name := lua.CheckText(c, 1, "new")
	w, ok := New(name, lua.CheckNumber(c, 2, "new"), lua.CheckNumber(c, 3, "new"))
	if !ok {
		lua.BadArgument(c, 1, "new", "unknown function, or a window that is not positive or longer than a day")
	}
	c.Push(c.Interp().NewObject(class, w))
}

func put(c lua.Call) {
	list := lua.CheckTable(c, 1, "put")
	ns, v := lua.CheckNumber(c, 2, "put"), lua.CheckNumber(c, 3, "put")
	if !(math.Abs(ns) < math.MaxInt64) || v-v != 0 {
		return
	}
	for i := 1; ; i++ {
		w, ok := list.Index(i).AsObject().(*Window)
		if !ok {
			return
		}
		w.Put(int64(ns), v)
	}
}

func test(c lua.Call) {
	w, ok := c.Object(1).(*Window)
	if !ok {
		lua.BadArgument(c, 1, "test", "afd_window expected, got "+c.Kind(1).String())
	}
	ns, operator, threshold := lua.CheckNumber(c, 2, "test"), lua.CheckText(c, 3, "test"), lua.CheckNumber(c, 4, "test")
	if !w.fed {
		c.PushNumber(never)
		c.PushNumber(-1)
		return
	}
	value, anomaly, ok := w.Read(int64(ns), threshold)
	switch {
	case !ok || value != value:
		c.PushNumber(missing)
		value = -1
	case w.function == roc && anomaly, w.function != roc && compare(value, operator, threshold):
		c.PushNumber(match)
	default:
		c.PushNumber(noMatch)
	}
	c.PushNumber(value)
}

// compare knows no operator that it does not: it never matches.
func compare(v float64, operator string, threshold float64) bool {
	switch operator {
	case "==", "eq":
		return v == threshold
	case "!=", "ne":
		return v != threshold
	case ">=", "gte":
		return v >= threshold
	case ">", "gt":
		return v > threshold
	case "<=", "lte":
		return v <= threshold
	case "<", "lt":
		return v < threshold
	}
	return false
}
