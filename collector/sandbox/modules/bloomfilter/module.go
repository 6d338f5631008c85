package bloomfilter

import (
	"errors"
	"fmt"

	"lma_collector/collector/sandbox/lua"
	"lma_collector/collector/sandbox/modules/method"
	"lma_collector/collector/sandbox/modules/sketch"
)

const className = "mozsvc.bloom_filter"

// mostBits bounds a filter: 128 MiB.
const mostBits = 1 << 30

// Module is the bloom_filter module.
func Module() lua.Module {
	class := &lua.Class{Name: className, Methods: map[string]lua.Function{
		"add": method.New(className, "add", 2, 2, add), "query": method.New(className, "query", 2, 2, query),
		"count": method.New(className, "count", 1, 1, count), "clear": method.New(className, "clear", 1, 1, clearFilter),
		"fromstring": method.New(className, "fromstring", 2, 3, fromstring),
	}}
	return lua.Module{
		Name: "bloom_filter",
		Open: func(in *lua.Interp) *lua.Table {
			t := in.NewTable(0, 1)
			t.Set("new", in.NewFunction("new", func(c *lua.Call) { create(c, class) }))
			return t
		},
		Restore: func(in *lua.Interp, args []lua.Value) (lua.Value, error) { return restore(in, class, args) },
	}
}

// check gives the first wrong argument of new; reason is "" when both are good.
func check(items int, probability float64) (i int, reason string) {
	switch {
	case items <= 1:
		return 1, "items must be > 1"
	case !(probability > 0 && probability < 1):
		return 2, "probability must be between 0 and 1"
	}
	return 0, ""
}

func create(c *lua.Call, class *lua.Class) {
	if c.Len() != 2 {
		lua.BadArgument(c, 0, "new", "incorrect number of arguments")
	}
	items, probability := lua.CheckInt(c, 1, "new"), 0.5
	if items > 1 {
		probability = lua.CheckNumber(c, 2, "new")
	}
	if i, reason := check(items, probability); reason != "" {
		lua.BadArgument(c, i, "new", reason)
	}
	bits, _ := dimensions(items, probability)
	if !(bits <= mostBits) {
		c.RaiseBare("not enough memory")
	}
	c.Need(int(bits) / 8)
	if cost := int(bits) / 2048; cost > 64 {
		c.Spend(cost)
	}
	c.Push(c.Interp().NewObject(class, newFilter(items, probability)))
}

func restore(in *lua.Interp, class *lua.Class, args []lua.Value) (lua.Value, error) {
	if len(args) != 2 {
		return lua.Nil, fmt.Errorf("bloom_filter.new with %d arguments", len(args))
	}
	items, probability := lua.Truncate(args[0].Float()), args[1].Float()
	if _, reason := check(items, probability); reason != "" {
		return lua.Nil, errors.New("bloom_filter.new: " + reason)
	}
	if bits, _ := dimensions(items, probability); !(bits <= mostBits) {
		return lua.Nil, errors.New("bloom_filter.new: a filter of more than 128 MiB")
	}
	return in.NewObject(class, newFilter(items, probability)), nil
}

func add(c *lua.Call, f *Filter) {
	key := sketch.Key(c, "add", &f.scratch)
	sketch.SpendHash(c, len(key), f.hashes)
	c.PushBool(f.add(key))
}

func query(c *lua.Call, f *Filter) {
	key := sketch.Key(c, "query", &f.scratch)
	sketch.SpendHash(c, len(key), f.hashes)
	c.PushBool(f.has(key))
}

func count(c *lua.Call, f *Filter) { c.PushNumber(f.count) }

func clearFilter(c *lua.Call, f *Filter) {
	spendAll(c, f)
	f.clear()
}

// fromstring takes the count and the bits; files of older versions have the bits alone.
func fromstring(c *lua.Call, f *Filter) {
	n := f.count
	if c.Len() == 3 {
		n = method.Number(c, 2, "fromstring")
	}
	bytes := method.Text(c, c.Len(), "fromstring")
	spendAll(c, f)
	if err := f.fromString(n, bytes); err != nil {
		c.Raise(err.Error())
	}
}

// spendAll charges for going through all bytes of a large filter.
func spendAll(c *lua.Call, f *Filter) {
	if cost := len(f.data) / 256; cost > 64 {
		c.Spend(cost)
	}
}

// RestoreCall calls fromstring for the reader of preserved data.
func (f *Filter) RestoreCall(name string, args []lua.Value) error {
	if name != "fromstring" || len(args) < 1 || len(args) > 2 {
		return fmt.Errorf("a bloom filter has no method %q of %d arguments to restore it", name, len(args))
	}
	n := f.count
	if len(args) == 2 {
		n = args[0].Float()
	}
	return f.fromString(n, args[len(args)-1].Text())
}
