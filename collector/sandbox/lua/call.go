package lua

import "strings"

// Function is a native function. It reads its arguments, then pushes its results.
type Function func(c *Call)

// Call is one call of a native function. It is valid until the function returns. Arguments are
// numbered from 1 and must be read before the first result is pushed.
type Call struct {
	in *Interp
	th *thread
	callFrame
}

// callFrame is what differs from call to call of a thread.
type callFrame struct {
	base, n int // of the arguments
	from    int // the first result
}

// Interp is the interpreter that calls.
func (c *Call) Interp() *Interp { return c.in }

// Len is the number of arguments.
func (c *Call) Len() int { return c.n }

// Arg is an argument, of KindNone beyond the last.
func (c *Call) Arg(i int) Value {
	if uint(i-1) >= uint(c.n) {
		return none
	}
	return c.th.stack[c.base+i-1]
}

// Kind is the kind of an argument, KindNone beyond the last.
func (c *Call) Kind(i int) Kind { return c.Arg(i).Kind() }

// Number is an argument with Lua's coercion of strings.
func (c *Call) Number(i int) (float64, bool) { return c.in.toNumber(c.Arg(i)) }

// ToNumber is a value as arithmetic sees it: AsNumber for what a script gives, which pays for long texts and for
// those that take long.
func (c *Call) ToNumber(v Value) (float64, bool) { return c.in.toNumber(v) }

// Text is an argument with Lua's coercion of numbers.
func (c *Call) Text(i int) (string, bool) { return c.Arg(i).AsText() }

// Truth is how an argument counts in a condition.
func (c *Call) Truth(i int) bool { return c.Arg(i).Truth() }

// Table is an argument that is a table, else nil.
func (c *Call) Table(i int) *Table {
	if v := c.Arg(i); v.n == wordTable {
		return v.table()
	}
	return nil
}

// Object is the payload of an argument that is userdata, else nil.
func (c *Call) Object(i int) any { return c.Arg(i).AsObject() }

// Push pushes a result.
func (c *Call) Push(v Value) {
	th := c.th
	if th.top >= len(th.stack) {
		th.grow(th.top, nativeSlots)
	}
	th.stack[th.top] = plain(v)
	th.top++
}

// Hold keeps a value counted and alive that a native function still fills: a limit of memory does not
// see what only Go refers to. Drop lets go of the n values that were held last, before anything is pushed
// as a result.
func (c *Call) Hold(v Value) { c.Push(v) }

// Drop is the end of Hold.
func (c *Call) Drop(n int) {
	c.th.top -= n
	clear(c.th.stack[c.th.top : c.th.top+n])
}

// PushNil pushes nil.
func (c *Call) PushNil() { c.Push(Value{}) }

// PushBool pushes a boolean.
func (c *Call) PushBool(b bool) { c.Push(Bool(b)) }

// PushNumber pushes a number.
func (c *Call) PushNumber(f float64) { c.Push(Number(f)) }

// PushText pushes a string that nobody will change. It must be no small part of a long one, which
// would stay in memory uncounted: PushView copies.
func (c *Call) PushText(s string) {
	c.in.chargeBlock(sizeText + len(s))
	c.Push(stringValue(s))
}

// PushView pushes a copy of a string whose memory may be used again.
func (c *Call) PushView(s string) { c.Push(c.in.viewText(s)) }

// viewText is a copy of a string, or an equal one that was used lately.
func (in *Interp) viewText(s string) Value {
	in.chargeBlock(sizeText + len(s))
	if len(s) <= internText {
		return in.text(s)
	}
	return stringValue(strings.Clone(s))
}

// String makes a string value of text whose memory may be used again, counted as PushView does.
func (in *Interp) String(s string) Value { return in.viewText(s) }

// Invoke calls a Lua function. An error in it is this call's error, too: it does not return.
func (c *Call) Invoke(fn Value, results []Value, args ...Value) {
	th := c.th
	at := c.prepare(fn, args)
	th.grow(at, len(results)+nativeSlots)
	th.callAt(at, len(args), len(results))
	copy(results, th.stack[at:])
	th.top = at
}

// InvokeAll is Invoke for all results, which it appends to dst.
func (c *Call) InvokeAll(dst []Value, fn Value, args ...Value) []Value {
	th := c.th
	if len(args) == 1 && fn.n == wordNative && fn.native().kind == nativeNumber && th.hook == nil {
		return append(dst, c.in.numeral(args[0]))
	}
	at := c.prepare(fn, args)
	th.callAt(at, len(args), -1)
	dst = append(dst, th.stack[at:th.top]...)
	th.top = at
	return dst
}

// prepare pushes a function and its arguments.
func (c *Call) prepare(fn Value, args []Value) int {
	th := c.th
	at := th.top
	th.grow(at, len(args)+1+nativeSlots)
	th.stack[at] = plain(fn)
	for i := range args {
		th.stack[at+1+i] = plain(args[i])
	}
	th.top = at + 1 + len(args)
	return at
}

// Index is o[key] as a script would have it, with metamethods.
func (c *Call) Index(o, key Value) Value { return c.th.index(plain(o), plain(key), -1) }

// Equal and Less compare as a script would, with metamethods.
func (c *Call) Equal(a, b Value) bool { return c.th.equal(plain(a), plain(b)) }

// Less is a < b as a script would have it.
func (c *Call) Less(a, b Value) bool { return c.th.less(plain(a), plain(b)) }

// Spend charges the script with that many instructions for work that a native function does. It does
// not return when they are used up.
func (c *Call) Spend(instructions int) {
	in := c.in
	in.fuel -= instructions
	if in.fuel < 0 {
		in.refuel(in.fuel)
	}
}

// Count counts the memory of strings that a function made with lua.String.
func (c *Call) Count(bytes int) { c.in.chargeBlock(bytes) }

// Need ends the script with "not enough memory" unless that many bytes more are allowed. A function
// calls it before it allocates what its arguments ask for; strings, tables and userdata that it makes
// afterwards are counted by themselves.
func (c *Call) Need(bytes int) { c.in.need(bytes) }

// Raise ends the call with an error that says where the script called it. It does not return.
func (c *Call) Raise(text string) { c.RaiseBare(c.where(1) + text) }

// RaiseBare is Raise without the position.
func (c *Call) RaiseBare(text string) { c.th.throw(c.in.newText(text)) }

// RaiseValue ends the call with any value as the error.
func (c *Call) RaiseValue(v Value) { c.th.throw(plain(v)) }

// where is the position of a level of the stack.
func (c *Call) where(level int) string {
	ci, lost, ok := c.th.level(level)
	if !ok || lost {
		return ""
	}
	return position(ci)
}

// Traceback is the list of calls from a level on, as debug.traceback gives it.
func (c *Call) Traceback(level int) string { return c.th.traceback(level) }
