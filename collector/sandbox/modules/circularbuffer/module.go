package circularbuffer

import (
	"fmt"
	"math"
	"slices"

	"lma_collector/collector/sandbox/lua"
	"lma_collector/collector/sandbox/modules/method"
)

const className = "mozsvc.circular_buffer"

// maxCells bounds a buffer to 128 MiB whatever a script's memory_limit is.
const maxCells = 1 << 24

// Module is the circular_buffer module.
func Module() lua.Module {
	class := &lua.Class{Name: className, Methods: map[string]lua.Function{
		"add": method.New(className, "add", 4, method.Any, add), "set": method.New(className, "set", 4, method.Any, set), "get": method.New(className, "get", 3, method.Any, get),
		"get_configuration": method.New(className, "get_configuration", 1, method.Any, getConfiguration),
		"set_header":        method.New(className, "set_header", 3, method.Any, setHeader), "get_header": method.New(className, "get_header", 2, method.Any, getHeader),
		"compute": method.New(className, "compute", 3, method.Any, compute), "mannwhitneyu": method.New(className, "mannwhitneyu", 6, method.Any, mannwhitneyu),
		"current_time": method.New(className, "current_time", 1, method.Any, currentTime), "format": method.New(className, "format", 2, 2, format),
		"fromstring": method.New(className, "fromstring", 2, method.Any, fromstring), "get_range": method.New(className, "get_range", 2, method.Any, getRange),
	}}
	return lua.Module{
		Name: "circular_buffer",
		Open: func(in *lua.Interp) *lua.Table {
			t := in.NewTable(0, 2)
			t.Set("new", in.NewFunction("new", func(c *lua.Call) { newBuffer(c, class) }))
			t.Set("version", in.NewFunction("version", func(c *lua.Call) { c.PushText("0.2.0") }))
			return t
		},
		Restore: func(in *lua.Interp, args []lua.Value) (lua.Value, error) { return restore(in, class, args) },
	}
}

// dimensions checks the arguments of new; reason is "" for good ones, i the wrong one.
func dimensions(rows, columns, step float64) (i int, reason string) {
	switch {
	case !(rows > 1):
		return 1, "rows must be > 1"
	case !(columns > 0):
		return 2, "columns must be > 0"
	case !(step > 0) || step > math.MaxInt32:
		return 3, "seconds_per_row is out of range"
	}
	return 0, ""
}

// newBuffer looks at the arguments one after the other.
func newBuffer(c *lua.Call, class *lua.Class) {
	if n := c.Len(); n < 3 || n > 4 {
		lua.BadArgument(c, 0, "new", "incorrect number of arguments")
	}
	args := [3]int{2, 1, 1}
	for i := range args {
		args[i] = lua.CheckInt(c, i+1, "new")
		if bad, reason := dimensions(float64(args[0]), float64(args[1]), float64(args[2])); reason != "" {
			lua.BadArgument(c, bad, "new", reason)
		}
	}
	rows, columns := args[0], args[1]
	if rows > maxCells/columns {
		c.RaiseBare("not enough memory")
	}
	c.Need(payload(rows, columns))
	spendCells(c, rows*columns+32*columns) // a column has a name, too
	c.Push(c.Interp().NewObject(class, NewBuffer(rows, columns, int64(args[2]), c.Truth(4))))
}

// spendCells charges for filling cells; few cost nothing.
func spendCells(c *lua.Call, n int) {
	if n > 64 {
		c.Spend(n / 16)
	}
}

func restore(in *lua.Interp, class *lua.Class, args []lua.Value) (lua.Value, error) {
	if len(args) < 3 || len(args) > 4 {
		return lua.Nil, fmt.Errorf("circular_buffer.new with %d arguments", len(args))
	}
	rows, columns, step := args[0].Float(), args[1].Float(), args[2].Float()
	if _, reason := dimensions(rows, columns, step); reason != "" || rows*columns > maxCells {
		return lua.Nil, fmt.Errorf("circular_buffer.new with bad dimensions")
	}
	deltas := len(args) == 4 && args[3].Truth()
	return in.NewObject(class, NewBuffer(int(rows), int(columns), int64(step), deltas)), nil
}

// columnArg is the column, from 0, that an argument gives.
func columnArg(c *lua.Call, b *Buffer, i int, function string) int {
	col := lua.Truncate(method.Number(c, i, function))
	if col < 1 || col > b.columns {
		method.BadArgument(c, i, function, "column out of range")
	}
	return col - 1
}

func pushCell(c *lua.Call, v float64, ok bool) {
	if ok {
		c.PushNumber(v)
	} else {
		c.PushNil()
	}
}

// change charges for the rows that a time empties and for a row of deltas.
func change(c *lua.Call, b *Buffer, ns float64) {
	if ns > float64(b.current)*1e9 {
		spendCells(c, b.passed(ns)*b.columns)
	}
	if b.deltas != nil {
		if t, ok := b.rowTime(ns); ok && b.deltas[t] == nil {
			c.Count(b.deltaRow())
		}
	}
}

func add(c *lua.Call, b *Buffer) {
	ns, col, v := method.Number(c, 2, "add"), columnArg(c, b, 3, "add"), method.Number(c, 4, "add")
	change(c, b, ns)
	result, ok := b.Add(ns, col, v)
	pushCell(c, result, ok)
}

func set(c *lua.Call, b *Buffer) {
	ns, col, v := method.Number(c, 2, "set"), columnArg(c, b, 3, "set"), method.Number(c, 4, "set")
	change(c, b, ns)
	result, ok := b.Set(ns, col, v)
	pushCell(c, result, ok)
}

func get(c *lua.Call, b *Buffer) {
	result, ok := b.Get(method.Number(c, 2, "get"), columnArg(c, b, 3, "get"))
	pushCell(c, result, ok)
}

func getConfiguration(c *lua.Call, b *Buffer) {
	c.PushNumber(float64(b.rows))
	c.PushNumber(float64(b.columns))
	c.PushNumber(float64(b.step))
}

func optionalText(c *lua.Call, i int, function, missing string) string {
	if c.Arg(i).IsNil() {
		return missing
	}
	return method.Text(c, i, function)
}

func setHeader(c *lua.Call, b *Buffer) {
	col := columnArg(c, b, 2, "set_header")
	name := method.Text(c, 3, "set_header")
	unit, aggregation := optionalText(c, 4, "set_header", "count"), optionalText(c, 5, "set_header", "sum")
	if bad := b.setHeader(col, name, unit, aggregation); bad != "" {
		method.BadArgument(c, 5, "set_header", "invalid option '"+bad+"'")
	}
	c.PushNumber(float64(col + 1))
}

func getHeader(c *lua.Call, b *Buffer) {
	h := b.heads[columnArg(c, b, 2, "get_header")]
	c.PushText(h.name)
	c.PushText(h.unit)
	c.PushText(aggregationNames[h.aggregation])
}

// span is the range of rows that two optional arguments give, the whole buffer by default. bad
// arguments raise; ok is false where a time is none.
func span(c *lua.Call, b *Buffer, i int, function string) (from, to int64, ok bool) {
	from, to, ok = b.oldest(), b.current, true
	if !c.Arg(i).IsNil() {
		from, ok = b.rowTime(method.Number(c, i, function))
	}
	if !c.Arg(i+1).IsNil() && ok {
		to, ok = b.rowTime(method.Number(c, i+1, function))
	}
	if ok && to < from {
		method.BadArgument(c, i+1, function, "end must be >= start")
	}
	return from, to, ok
}

// option is an argument that must be one of several words.
func option(c *lua.Call, i int, function string, words ...string) string {
	text := method.Text(c, i, function)
	if !slices.Contains(words, text) {
		method.BadArgument(c, i, function, "invalid option '"+text+"'")
	}
	return text
}

func compute(c *lua.Call, b *Buffer) {
	function := option(c, 2, "compute", "sum", "avg", "sd", "min", "max", "variance")
	col := columnArg(c, b, 3, "compute")
	from, to, ok := span(c, b, 4, "compute")
	var result float64
	var active int
	if ok {
		spendRows(c, b, from, to, 8)
		result, active, ok = b.compute(function, col, from, to)
	}
	pushCell(c, result, ok)
	c.PushNumber(float64(active))
}

// spendRows charges for going through rows, so many an instruction; few cost nothing.
func spendRows(c *lua.Call, b *Buffer, from, to int64, each int) {
	if n := int(min((to-from)/b.step, int64(b.rows))); n > 16 {
		c.Spend(n / each)
	}
}

func getRange(c *lua.Call, b *Buffer) {
	col := columnArg(c, b, 2, "get_range")
	from, to, ok := span(c, b, 3, "get_range")
	if !ok || from < b.oldest() || to > b.current {
		c.PushNil()
		return
	}
	spendRows(c, b, from, to, 2)
	t := c.Interp().NewTable(int((to-from)/b.step)+1, 0)
	for i, v := range b.column(col, from, to) {
		t.SetIndex(i+1, lua.Number(v))
	}
	c.Push(t.Value())
}

func mannwhitneyu(c *lua.Call, b *Buffer) {
	const fn = "mannwhitneyu"
	if c.Len() > 7 {
		method.BadArgument(c, 0, fn, "too many arguments")
	}
	col := columnArg(c, b, 2, fn)
	var times [4]int64
	inside := true
	for i := range times {
		t, ok := b.rowTime(method.Number(c, 3+i, fn))
		times[i], inside = t, inside && ok && t >= b.oldest() && t <= b.current
	}
	start1, end1, start2, end2 := times[0], times[1], times[2], times[3]
	switch {
	case end1 < start1:
		method.BadArgument(c, 4, fn, "end_1 must be >= start_1")
	case end2 < start2:
		method.BadArgument(c, 6, fn, "end_2 must be >= start_2")
	case start1 <= end2 && start2 <= end1:
		method.BadArgument(c, 4, fn, "ranges must not overlap")
	}
	continuity := true
	if kind := c.Kind(7); kind == lua.KindBool {
		continuity = c.Truth(7)
	} else if kind > lua.KindNil {
		method.BadArgument(c, 7, fn, "use_continuity must be a boolean")
	}
	if !inside {
		return
	}
	n := int((end1-start1)/b.step + (end2-start2)/b.step + 2)
	c.Need(16 * n)
	if n > 16 { // it is sorted
		c.Spend(4 * n)
	}
	all := b.sample(make([]ranked, 0, n), true, col, start1, end1)
	if u, p, ok := mannWhitney(b.sample(all, false, col, start2, end2), continuity); ok {
		c.PushNumber(u)
		c.PushNumber(p)
	}
}

func currentTime(c *lua.Call, b *Buffer) { c.PushNumber(float64(b.current) * 1e9) }

func format(c *lua.Call, b *Buffer) {
	b.deltaFormat = option(c, 2, "format", "cbuf", "cbufd") == "cbufd"
	c.Push(c.Arg(1))
}

func fromstring(c *lua.Call, b *Buffer) {
	text := method.Text(c, 2, "fromstring")
	c.Spend(len(text) / 8)
	if n := len(text); n > 1024 {
		c.Need(8*len(b.cells) + 32*n)
	}
	if reason := b.fromString(text); reason != "" {
		c.Raise(reason)
	}
}
