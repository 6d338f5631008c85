package hyperloglog

import (
	"fmt"

	"lma_collector/collector/sandbox/lua"
	"lma_collector/collector/sandbox/modules/method"
	"lma_collector/collector/sandbox/modules/sketch"
)

const className = "mozsvc.hyperloglog"

// work is what going through all registers costs, in instructions.
const work = size / 16

// Module is the hyperloglog module.
func Module() lua.Module {
	class := &lua.Class{Name: className, Meta: map[string]lua.Function{"__tostring": counted("tostring", 1, text)}, Methods: map[string]lua.Function{
		"add": counted("add", 2, add), "count": counted("count", 1, count), "clear": counted("clear", 1, clearCounter),
		"merge": counted("merge", 2, merge), "fromstring": counted("fromstring", 2, fromstring),
	}}
	return lua.Module{
		Name: "hyperloglog",
		Open: func(in *lua.Interp) *lua.Table {
			t := in.NewTable(0, 2)
			t.Set("new", in.NewFunction("new", func(c *lua.Call) { create(c, class) }))
			t.Set("count", in.NewFunction("count", countAll))
			return t
		},
		Restore: func(in *lua.Interp, args []lua.Value) (lua.Value, error) {
			if len(args) != 0 {
				return lua.Nil, fmt.Errorf("hyperloglog.new with %d arguments", len(args))
			}
			return in.NewObject(class, newCounter()), nil
		},
	}
}

// counted makes a method that checks the number of arguments before the object, as the original did.
func counted(name string, arguments int, f func(*lua.Call, *Counter)) lua.Function {
	return func(c *lua.Call) {
		if n := c.Len(); n != arguments {
			method.BadArgument(c, n, name, "incorrect number of arguments")
		}
		f(c, method.Object[*Counter](c, className, name))
	}
}

func counterArg(c *lua.Call, i int, function string) *Counter {
	h, ok := c.Object(i).(*Counter)
	if !ok {
		lua.BadArgument(c, i, function, className+" expected, got "+c.Kind(i).String())
	}
	return h
}

func create(c *lua.Call, class *lua.Class) {
	if n := c.Len(); n != 0 {
		lua.BadArgument(c, n, "new", "incorrect number of arguments")
	}
	c.Need(size)
	c.Push(c.Interp().NewObject(class, newCounter()))
}

func add(c *lua.Call, h *Counter) {
	key := sketch.Key(c, "add", &h.scratch)
	sketch.SpendHash(c, len(key), 1)
	c.PushBool(h.add(key))
}

func count(c *lua.Call, h *Counter) {
	if _, ok := h.cached(); !ok {
		c.Spend(work)
	}
	c.PushNumber(float64(h.count()))
}

// countAll counts what any of several counters counted.
func countAll(c *lua.Call) {
	n := c.Len()
	if n < 2 {
		lua.BadArgument(c, n, "count", "incorrect number of arguments")
	}
	all := newCounter()
	for i := range n {
		h := counterArg(c, i+1, "count")
		c.Spend(work)
		all.merge(h)
	}
	c.PushNumber(float64(all.estimate()))
}

func merge(c *lua.Call, h *Counter) {
	other, ok := c.Object(2).(*Counter)
	if !ok {
		method.BadArgument(c, 2, "merge", className+" expected, got "+c.Kind(2).String())
	}
	c.Spend(work)
	if other != h {
		h.merge(other)
	}
	c.Push(c.Arg(1))
}

func clearCounter(_ *lua.Call, h *Counter) { h.clear() }

func text(c *lua.Call, h *Counter) { c.PushText(string(h.data[:])) }

func fromstring(c *lua.Call, h *Counter) {
	if err := h.fromString(method.Text(c, 2, "fromstring")); err != nil {
		c.Raise(err.Error())
	}
}

// RestoreCall calls fromstring for the reader of preserved data.
func (h *Counter) RestoreCall(name string, args []lua.Value) error {
	if name != "fromstring" || len(args) != 1 {
		return fmt.Errorf("a hyperloglog has no method %q of %d arguments to restore it", name, len(args))
	}
	return h.fromString(args[0].Text())
}
