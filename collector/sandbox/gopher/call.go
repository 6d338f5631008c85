package gopher

import (
	"fmt"

	glua "github.com/yuin/gopher-lua"

	"lma_collector/collector/sandbox/lua"
)

// call is a native call on a thread. It holds nothing of the call itself: that lies on the
// thread's stack, so that nested calls share it.
type call struct {
	in    *Interp
	state *glua.LState
}

var _ lua.Call = (*call)(nil)

func (c *call) Interp() lua.Interp { return c.in }
func (c *call) Len() int           { return c.state.GetTop() }

func (c *call) Kind(i int) lua.Kind {
	if i > c.state.GetTop() {
		return lua.KindNone
	}
	return kindOf(c.state.Get(i))
}

func (c *call) Arg(i int) lua.Value {
	if i > c.state.GetTop() {
		return lua.Value{}
	}
	return toValue(c.state.Get(i))
}

func (c *call) Number(i int) (float64, bool) {
	switch v := c.state.Get(i).(type) {
	case glua.LNumber:
		return float64(v), true
	case glua.LString:
		return lua.ParseNumber(string(v))
	}
	return 0, false
}

func (c *call) Text(i int) (string, bool) {
	switch v := c.state.Get(i).(type) {
	case glua.LString:
		return string(v), true
	case glua.LNumber:
		return lua.FormatNumber(float64(v)), true
	}
	return "", false
}

func (c *call) Truth(i int) bool { return glua.LVAsBool(c.state.Get(i)) }

func (c *call) Table(i int) lua.Table {
	if t, ok := c.state.Get(i).(*glua.LTable); ok {
		return c.in.table(t)
	}
	return nil
}

func (c *call) Object(i int) any {
	if u, ok := c.state.Get(i).(*glua.LUserData); ok {
		return u.Value
	}
	return nil
}

func (c *call) Push(v lua.Value)     { c.state.Push(c.in.toLua(v)) }
func (c *call) PushNil()             { c.state.Push(glua.LNil) }
func (c *call) PushBool(b bool)      { c.state.Push(glua.LBool(b)) }
func (c *call) PushNumber(f float64) { c.state.Push(glua.LNumber(f)) }
func (c *call) PushText(s string)    { c.state.Push(c.in.strings.text(s, false)) }
func (c *call) PushView(s string)    { c.state.Push(c.in.strings.text(s, true)) }

// Invoke calls a Lua function; its error goes on to the caller.
func (c *call) Invoke(fn lua.Value, results []lua.Value, args ...lua.Value) {
	L := c.state
	L.Push(c.in.toLua(fn))
	for i := range args {
		L.Push(c.in.toLua(args[i]))
	}
	L.Call(len(args), len(results))
	for i := range results {
		results[i] = toValue(L.Get(i - len(results)))
	}
	L.Pop(len(results))
}

// InvokeAll calls a Lua function and appends all its results.
func (c *call) InvokeAll(dst []lua.Value, fn lua.Value, args ...lua.Value) []lua.Value {
	L := c.state
	top := L.GetTop()
	L.Push(c.in.toLua(fn))
	for i := range args {
		L.Push(c.in.toLua(args[i]))
	}
	L.Call(len(args), glua.MultRet)
	for i := top + 1; i <= L.GetTop(); i++ {
		dst = append(dst, toValue(L.Get(i)))
	}
	L.SetTop(top)
	return dst
}

// Spend counts work as instructions; the next instruction fails, too, once they are used up.
func (c *call) Spend(n int) {
	c.in.budget.used += n
	if c.in.budget.exhausted() {
		c.Raise(errExhausted.Error())
	}
}

// Need bounds one allocation: what the interpreter itself holds is not known.
func (c *call) Need(bytes int) {
	const most = 64 << 20
	if bytes > most {
		c.RaiseBare("not enough memory")
	}
}

// Raise names the line of the caller if that is Lua; a native one, as pcall, has none.
func (c *call) Raise(text string) {
	if caller, ok := c.state.GetStack(1); ok {
		if _, err := c.state.GetInfo("Sl", caller, glua.LNil); err == nil && caller.What != "G" {
			text = fmt.Sprintf("%s:%d: %s", caller.Source, caller.CurrentLine, text)
		}
	}
	c.RaiseBare(text)
}

// RaiseBare ends the call with the text alone.
func (c *call) RaiseBare(text string) { c.state.Error(glua.LString(text), 0) }
