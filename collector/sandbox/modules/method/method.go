// Package method has the checks of the methods of native objects. Arguments are numbered with the
// object as the first.
package method

import "lma_collector/collector/sandbox/lua"

// Any is for methods that do not look at further arguments.
const Any = 1 << 30

// New makes a method of f that checks its object and the number of arguments.
func New[T any](class, name string, fewest, most int, f func(c *lua.Call, object T)) lua.Function {
	return func(c *lua.Call) {
		o := Object[T](c, class, name)
		if n := c.Len(); n < fewest || n > most {
			BadArgument(c, 0, name, "incorrect number of arguments")
		}
		f(c, o)
	}
}

// Object is the object that a method is called on.
func Object[T any](c *lua.Call, class, method string) T {
	o, ok := c.Object(1).(T)
	if !ok {
		lua.BadArgument(c, 1, method, class+" expected, got "+c.Kind(1).String())
	}
	return o
}

// BadArgument raises the standard error of a wrong argument; 0 is for all of them. As in C Lua the
// text of a method call does not count the object.
func BadArgument(c *lua.Call, i int, method, reason string) {
	lua.BadArgument(c, i, method, reason)
}

// Text gives an argument that must be a string.
func Text(c *lua.Call, i int, method string) string {
	s, ok := c.Text(i)
	if !ok {
		BadArgument(c, i, method, "string expected, got "+c.Kind(i).String())
	}
	return s
}

// Number gives an argument that must be a number.
func Number(c *lua.Call, i int, method string) float64 {
	f, ok := c.Number(i)
	if !ok {
		BadArgument(c, i, method, "number expected, got "+c.Kind(i).String())
	}
	return f
}
