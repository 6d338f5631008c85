// Package stdlib holds the parts of Lua 5.1's standard libraries that are this project's own
// because the interpreter's differ from C Lua's results, and says what of each library a script gets.
package stdlib

import (
	"time"

	"lma_collector/collector/sandbox/lua"
)

// Clock tells the time that os.time and its like give.
type Clock func() time.Time

// OpenBase replaces what of the base library differs from C Lua.
func OpenBase(in lua.Interp) {
	set := func(name string, f lua.Function) { in.SetGlobal(name, in.NewFunction(name, f)) }
	set("tostring", toString)
	set("tonumber", toNumber)
	set("gcinfo", func(c lua.Call) { c.PushNumber(0); c.PushNumber(0) })
	in.SetGlobal("package", in.NewTable(0, 0).Value())
}

// Modules are the standard libraries that `require` gives to a decoder, filter or encoder.
func Modules(clock Clock) []lua.Module {
	return []lua.Module{
		{Name: "string", Open: openString},
		{Name: "table", Open: openTable},
		{Name: "math", Open: openMath},
		{Name: "os", Open: func(in lua.Interp) lua.Table { return openOS(in, clock) }},
	}
}

// library makes a table of what the interpreter brings, of the given names, and of our functions.
func library(in lua.Interp, name string, theirs []string, ours map[string]lua.Function) lua.Table {
	lib := in.NewTable(0, len(theirs)+len(ours))
	if builtin, ok := in.Library(name); ok {
		for _, f := range theirs {
			lib.Set(f, builtin.Get(f))
		}
	}
	for f, native := range ours {
		lib.Set(f, in.NewFunction(f, native))
	}
	return lib
}
