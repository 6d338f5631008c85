package afdwindow

import (
	"math"
	"time"

	"lma_collector/collector/message"
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
//	put(windows, ns, value)               takes a point into each window of a list; false for one that lies ahead
//	window:test(ns, operator, threshold)  0 no match, 1 match, 2 missing or 3 never any data; and the value, -1 without one
//	set()                                 an empty set of windows
//	set:add(window)                       adds one
//	check(set, operator, threshold)       the test of all windows of a set
//	quiet(checks, ns)                     whether nothing matches or is missing in any of a list of checks
//	routes()                              remembers into which windows the points of messages go
//	take(routes)                          puts the point of the message being processed into its windows; false when they are not known
//	learn(routes, fields, windows)        remembers a list of windows for messages with the name and the values of these fields of that one
//
// current is the message being processed, nil for none. A point that lies more than Ahead before the clock is not
// taken: it would hide those that follow until its time has come.
func Module(current func() *message.Message, clock func() time.Time) lua.Module {
	window := &lua.Class{Name: "lma.afd_window", Methods: map[string]lua.Function{"test": test}}
	set := &lua.Class{Name: "lma.afd_set", Methods: map[string]lua.Function{"add": add}}
	check := &lua.Class{Name: "lma.afd_check", Methods: map[string]lua.Function{}}
	routes := &lua.Class{Name: "lma.afd_routes", Methods: map[string]lua.Function{}}
	of := func(class *lua.Class, f func(*lua.Call, *lua.Class)) lua.Function {
		return func(c *lua.Call) { f(c, class) }
	}
	functions := map[string]lua.Function{
		"known": known, "seconds": seconds, "new": of(window, newWindow), "put": put(clock),
		"set": of(set, newSet), "check": of(check, newCheck), "quiet": quiet,
		"routes": of(routes, newRoutes), "take": take(current, clock), "learn": learn(current),
	}
	return lua.Module{Name: "afd_window", Open: func(in *lua.Interp) *lua.Table {
		t := in.NewTable(0, len(functions))
		in.SetFunctions(t, functions)
		return t
	}}
}

func known(c *lua.Call) {
	name, _ := c.Text(1)
	_, ok := functionOf(name)
	c.PushBool(ok)
}

func seconds(c *lua.Call) {
	c.PushNumber(Seconds(lua.CheckNumber(c, 1, "seconds"), lua.CheckNumber(c, 2, "seconds")))
}

func newWindow(c *lua.Call, class *lua.Class) {
	name := lua.CheckText(c, 1, "new")
	w, ok := New(name, lua.CheckNumber(c, 2, "new"), lua.CheckNumber(c, 3, "new"))
	if !ok {
		lua.BadArgument(c, 1, "new", "unknown function, or a window that is not positive or longer than a day")
	}
	c.Push(c.Interp().NewObject(class, w))
}

// Ahead is how far the clocks of others may be ahead of this host's; a wrong one hides what follows for as long.
const Ahead = 5 * time.Minute

func put(clock func() time.Time) lua.Function {
	return func(c *lua.Call) {
		list := lua.CheckTable(c, 1, "put")
		ns, v := lua.CheckNumber(c, 2, "put"), lua.CheckNumber(c, 3, "put")
		if ns > float64(clock().Add(Ahead).UnixNano()) {
			c.PushBool(false)
			return
		}
		if math.Abs(ns) < float64(maxTime) && v-v == 0 {
			putAll(c, list, int64(ns), v)
		}
		c.PushBool(true)
	}
}

func putAll(c *lua.Call, list *lua.Table, ns int64, v float64) {
	rows := 0
	for i := 1; ; i++ {
		w, ok := list.Index(i).AsObject().(*Window)
		if !ok {
			break
		}
		rows = spendRows(c, rows+8+w.passed(ns))
		w.Put(ns, v)
	}
	c.Spend(rows / rowsPerInstruction)
}

const (
	rowsPerInstruction = 32
	spendAfter         = 4096 // rows
)

// spendRows charges for rows that were looked at when they are many, and gives those that are left to pay.
func spendRows(c *lua.Call, rows int) int {
	if rows < spendAfter {
		return rows
	}
	c.Spend(rows / rowsPerInstruction)
	return 0
}

func test(c *lua.Call) {
	w, ok := c.Object(1).(*Window)
	if !ok {
		lua.BadArgument(c, 1, "test", "afd_window expected, got "+c.Kind(1).String())
	}
	ns, operator, threshold := lua.CheckNumber(c, 2, "test"), lua.CheckText(c, 3, "test"), lua.CheckNumber(c, 4, "test")
	c.Spend(w.work() / rowsPerInstruction)
	code, value := w.result(int64(ns), operator, threshold)
	c.PushNumber(float64(code))
	c.PushNumber(value)
}

func newSet(c *lua.Call, class *lua.Class) { c.Push(c.Interp().NewObject(class, &Set{})) }

func add(c *lua.Call) {
	set, ok := c.Object(1).(*Set)
	w, isWindow := c.Object(2).(*Window)
	if !ok || !isWindow {
		lua.BadArgument(c, 1, "add", "a set and a window expected")
	}
	c.Count(heldWindow)
	set.windows, set.held = append(set.windows, w), append(set.held, c.Arg(2))
}

func newCheck(c *lua.Call, class *lua.Class) {
	set, ok := c.Object(1).(*Set)
	if !ok {
		lua.BadArgument(c, 1, "check", "a set expected, got "+c.Kind(1).String())
	}
	operator, threshold := lua.CheckText(c, 2, "check"), lua.CheckNumber(c, 3, "check")
	c.Push(c.Interp().NewObject(class, &Check{set, operator, threshold, c.Arg(1)}))
}

func quiet(c *lua.Call) {
	list, ns := lua.CheckTable(c, 1, "quiet"), int64(lua.CheckNumber(c, 2, "quiet"))
	rows, all, i := 0, true, 1
	for ; all; i++ {
		check, ok := list.Index(i).AsObject().(*Check)
		if !ok {
			break
		}
		rows = spendRows(c, rows+8+check.set.work())
		all = check.quiet(ns)
	}
	c.Spend(rows / rowsPerInstruction)
	c.PushBool(all && i > 1)
}

func newRoutes(c *lua.Call, class *lua.Class) { c.Push(c.Interp().NewObject(class, NewRoutes())) }

func routesOf(c *lua.Call, function string) *Routes {
	r, ok := c.Object(1).(*Routes)
	if !ok {
		lua.BadArgument(c, 1, function, "routes expected, got "+c.Kind(1).String())
	}
	return r
}

// take charges only where the message, the fields or the windows are many.
func take(current func() *message.Message, clock func() time.Time) lua.Function {
	return func(c *lua.Call) {
		r, m := routesOf(c, "take"), current()
		if m == nil || m.Timestamp() > clock().Add(Ahead).UnixNano() {
			c.PushBool(false)
			return
		}
		c.Spend(lookUp(m, r.fields) + r.widest/4)
		c.PushBool(r.Take(m))
	}
}

// lookUp is what it costs to look for a message's name, value and so many fields.
func lookUp(m *message.Message, fields int) int {
	const free, each = 512, 128 // bytes
	cost := fields / 4
	if n := len(m.Bytes()) - len(m.Payload()); n > free {
		cost += (2 + fields) * (n / each)
	}
	return cost
}

func learn(current func() *message.Message) lua.Function {
	return func(c *lua.Call) {
		r := routesOf(c, "learn")
		names := fieldNames(c, lua.CheckTable(c, 2, "learn"))
		to := windowsOf(c, lua.CheckTable(c, 3, "learn"))
		m := current()
		if m == nil {
			return
		}
		c.Spend(lookUp(m, max(len(names), r.fields)))
		before := r.Size()
		r.Learn(m, names, to)
		c.Count(max(r.Size()-before, 0))
	}
}

func fieldNames(c *lua.Call, list *lua.Table) (names []string) {
	n := list.Len()
	c.Need(16 * n)
	c.Spend(n / 4)
	for i := range n {
		name, ok := list.Index(i + 1).AsText()
		if !ok {
			lua.BadArgument(c, 2, "learn", "names of fields expected")
		}
		names = append(names, name)
	}
	return names
}

func windowsOf(c *lua.Call, list *lua.Table) (to route) {
	n := list.Len()
	c.Need(heldWindow * n)
	c.Spend(n / 4)
	for i := range n {
		v := list.Index(i + 1)
		w, ok := v.AsObject().(*Window)
		if !ok {
			lua.BadArgument(c, 3, "learn", "windows expected")
		}
		to.windows, to.held = append(to.windows, w), append(to.held, v)
	}
	return to
}
