package cuckoofilter

import (
	"errors"
	"fmt"

	"lma_collector/collector/sandbox/lua"
	"lma_collector/collector/sandbox/modules/method"
	"lma_collector/collector/sandbox/modules/sketch"
)

const className = "mozsvc.cuckoo_filter"

// mostBuckets bounds a filter: 128 MiB.
const mostBuckets = 1 << 24

// Module is the cuckoo_filter module.
func Module() lua.Module {
	class := &lua.Class{Name: className, Methods: map[string]lua.Function{
		"add": method.New(className, "add", 2, 2, add), "query": method.New(className, "query", 2, 2, query),
		"delete": method.New(className, "delete", 2, 2, remove), "count": method.New(className, "count", 1, 1, count),
		"clear": method.New(className, "clear", 1, 1, clearFilter), "fromstring": method.New(className, "fromstring", 3, 3, fromstring),
	}}
	return lua.Module{
		Name: "cuckoo_filter",
		Open: func(in *lua.Interp) *lua.Table {
			t := in.NewTable(0, 1)
			t.Set("new", in.NewFunction("new", func(c *lua.Call) { create(c, class) }))
			return t
		},
		Restore: func(in *lua.Interp, args []lua.Value) (lua.Value, error) { return restore(in, class, args) },
	}
}

func create(c *lua.Call, class *lua.Class) {
	if c.Len() != 1 {
		lua.BadArgument(c, 0, "new", "incorrect number of arguments")
	}
	items := lua.CheckInt(c, 1, "new")
	if items <= 4 {
		lua.BadArgument(c, 1, "new", "items must be > 4")
	}
	if items/bucketSize > mostBuckets {
		c.RaiseBare("not enough memory")
	}
	buckets := bucketsFor(items)
	c.Need(buckets * bucketSize * 2)
	spendAll(c, buckets)
	c.Push(c.Interp().NewObject(class, newFilter(buckets)))
}

func restore(in *lua.Interp, class *lua.Class, args []lua.Value) (lua.Value, error) {
	if len(args) != 1 {
		return lua.Nil, fmt.Errorf("cuckoo_filter.new with %d arguments", len(args))
	}
	items := lua.Truncate(args[0].Float())
	if items < bucketSize || items/bucketSize > mostBuckets {
		return lua.Nil, errors.New("cuckoo_filter.new: the number of items must be from 4 to 67108864")
	}
	return in.NewObject(class, newFilter(bucketsFor(items))), nil
}

func key(c *lua.Call, f *Filter, function string) []byte {
	b := sketch.Key(c, function, &f.scratch)
	sketch.SpendHash(c, len(b), 1)
	return b
}

func add(c *lua.Call, f *Filter) {
	added, kicks := f.add(key(c, f, "add"))
	if kicks > 64 {
		c.Spend(kicks / 2)
	}
	c.PushBool(added)
}

func query(c *lua.Call, f *Filter)  { c.PushBool(f.has(key(c, f, "query"))) }
func remove(c *lua.Call, f *Filter) { c.PushBool(f.remove(key(c, f, "delete"))) }
func count(c *lua.Call, f *Filter)  { c.PushNumber(f.count) }

func clearFilter(c *lua.Call, f *Filter) {
	spendAll(c, len(f.buckets))
	f.clear()
}

func fromstring(c *lua.Call, f *Filter) {
	n := method.Number(c, 2, "fromstring")
	bytes := method.Text(c, 3, "fromstring")
	spendAll(c, len(f.buckets))
	if err := f.fromString(n, bytes); err != nil {
		c.Raise(err.Error())
	}
}

// spendAll charges for going through all buckets of a large filter.
func spendAll(c *lua.Call, buckets int) {
	if cost := buckets / 16; cost > 64 {
		c.Spend(cost)
	}
}

// RestoreCall calls fromstring for the reader of preserved data.
func (f *Filter) RestoreCall(name string, args []lua.Value) error {
	if name != "fromstring" || len(args) != 2 {
		return fmt.Errorf("a cuckoo filter has no method %q of %d arguments to restore it", name, len(args))
	}
	return f.fromString(args[0].Float(), args[1].Text())
}
