package lua

import (
	"strings"
)

var debugFunctions = natives(map[string]Function{
	"getfenv": debugGetfenv, "gethook": debugGethook, "getinfo": debugGetinfo, "getlocal": debugGetlocal,
	"getmetatable": debugGetmetatable, "getregistry": debugGetregistry, "getupvalue": debugGetupvalue, "setfenv": debugSetfenv,
	"sethook":  debugSethook,
	"setlocal": debugSetlocal, "setmetatable": debugSetmetatable, "setupvalue": debugSetupvalue, "traceback": debugTraceback,
})

// other is the thread that the first argument names, and how many arguments that takes.
func (c *Call) other() (*thread, int) {
	if v := c.Arg(1); v.n == wordThread {
		return v.thread(), 1
	}
	return c.th, 0
}

func debugTraceback(c *Call) {
	th, skip := c.other()
	text := ""
	if v := c.Arg(skip + 1); v.Kind() != KindNone {
		s, ok := v.AsText()
		if !ok {
			c.Push(v)
			return
		}
		text = s + "\n"
	}
	level := 1
	if th != c.th {
		level = 0
	}
	if !c.Arg(skip + 2).IsNil() {
		level = CheckInt(c, skip+2, "traceback")
	}
	c.PushText(text + th.traceback(max(level, 0)))
}

func debugGetinfo(c *Call) {
	th, skip := c.other()
	what := "flnSu"
	if !c.Arg(skip + 2).IsNil() {
		what = CheckText(c, skip+2, "getinfo")
	}
	if strings.Trim(what, "SlnufL") != "" {
		BadArgument(c, skip+2, "getinfo", "invalid option")
	}
	var ci *frame
	var f Value
	lost := false
	if v := c.Arg(skip + 1); v.Kind() == KindFunction {
		f = v
	} else {
		number, ok := c.Number(skip + 1)
		if !ok {
			BadArgument(c, skip+1, "getinfo", "function or level expected")
		}
		level := Truncate(number)
		if ok = false; level >= 0 {
			ci, lost, ok = th.level(level)
		}
		if !ok {
			c.PushNil()
			return
		}
		if !lost {
			f = ci.function()
		}
	}
	t := c.in.NewTable(0, 12)
	for i := range len(what) {
		c.info(t, what[i], ci, f)
	}
	c.Push(t.Value())
}

func (ci *frame) function() Value {
	if ci.cl != nil {
		return closureValue(ci.cl)
	}
	return nativeValue(ci.fn)
}

// info fills the fields of one option of getinfo. A lost tail call has no function.
func (c *Call) info(t *Table, option byte, ci *frame, f Value) {
	setInt := func(key string, n int) { t.Set(key, rawNumber(float64(n))) }
	var p *proto
	if f.n == wordClosure {
		p = f.closure().proto
	}
	switch option {
	case 'S':
		c.infoSource(t, p, f)
	case 'l':
		line := -1
		if ci != nil && ci.cl != nil {
			line = ci.line()
		}
		setInt("currentline", line)
	case 'u':
		n := 0
		if p != nil {
			n = len(p.upvalues)
		}
		setInt("nups", n)
	case 'n':
		how, name := "", ""
		if ci != nil {
			how, name = ci.callName()
		}
		t.Set("namewhat", c.in.viewText(how))
		if how != "" || f.isNil() {
			t.Set("name", c.in.viewText(name))
		}
	case 'f':
		t.Set("func", f)
	case 'L':
		if p != nil {
			lines := c.in.NewTable(0, 0)
			for _, line := range p.lines {
				lines.setInt(int(line), trueWord)
			}
			t.Set("activelines", lines.Value())
		}
	}
}

func (c *Call) infoSource(t *Table, p *proto, f Value) {
	source, short, what, line, last := "=[C]", "[C]", "C", -1, -1
	switch {
	case f.isNil():
		source, short, what = "=(tail call)", "(tail call)", "tail"
	case p != nil:
		source, short, what, line, last = p.source, p.name, "Lua", p.line, p.lastLine
		if line == 0 {
			what = "main"
		}
	}
	t.Set("source", c.in.viewText(source))
	t.Set("short_src", c.in.viewText(short))
	t.Set("what", c.in.viewText(what))
	t.Set("linedefined", rawNumber(float64(line)))
	t.Set("lastlinedefined", rawNumber(float64(last)))
}

// local finds a local variable of a level: its name and slot.
func (c *Call) local(function string) (th *thread, name string, slot, skip int) {
	th, skip = c.other()
	ci, lost, ok := th.level(max(CheckInt(c, skip+1, function), -1))
	if !ok || CheckInt(c, skip+1, function) < 0 {
		BadArgument(c, skip+1, function, "level out of range")
	}
	n := CheckInt(c, skip+2, function)
	if lost || n < 1 {
		return th, "", 0, skip
	}
	if ci.cl != nil {
		name = ci.cl.proto.localName(ci.pc-1, n-1)
	}
	limit := th.top
	if ci != th.ci && ci.next != nil {
		limit = ci.next.fnAt
	}
	if name == "" && ci.base+n-1 < limit {
		name = "(*temporary)"
	}
	return th, name, ci.base + n - 1, skip
}

func debugGetlocal(c *Call) {
	th, name, slot, _ := c.local("getlocal")
	if name == "" {
		c.PushNil()
		return
	}
	c.PushView(name)
	c.Push(th.stack[slot])
}

func debugSetlocal(c *Call) {
	th, name, slot, skip := c.local("setlocal")
	v := checkAny(c, skip+3, "setlocal")
	if name == "" {
		c.PushNil()
		return
	}
	th.stack[slot] = v
	c.PushView(name)
}

// upvalue finds an upvalue of a Lua function.
func (c *Call) upvalue(function string) (name string, u *upvalue) {
	f := c.Arg(1)
	if f.Kind() != KindFunction {
		BadType(c, 1, function, "function")
	}
	n := CheckInt(c, 2, function)
	if f.n != wordClosure || n < 1 || n > len(f.closure().up) {
		return "", nil
	}
	return f.closure().proto.upvalues[n-1], f.closure().up[n-1]
}

func debugGetupvalue(c *Call) {
	if name, u := c.upvalue("getupvalue"); u != nil {
		c.PushView(name)
		c.Push(*u.v)
	}
}

func debugSetupvalue(c *Call) {
	v := checkAny(c, 3, "setupvalue")
	if name, u := c.upvalue("setupvalue"); u != nil {
		*u.v = v
		c.PushView(name)
	}
}

func debugGetmetatable(c *Call) {
	if mt := c.in.metatable(checkAny(c, 1, "getmetatable")); mt != nil {
		c.Push(mt.Value())
		return
	}
	c.PushNil()
}

func debugSetmetatable(c *Call) {
	if k := c.Kind(2); k != KindNil && k != KindTable {
		BadArgument(c, 2, "setmetatable", "nil or table expected")
	}
	mt := c.Table(2)
	switch v := c.Arg(1); v.n {
	case wordTable:
		v.table().meta = mt
	case wordUserdata:
		v.userdata().meta = mt
	default:
		c.in.metas[v.Kind()] = mt
	}
	c.PushBool(true)
}

func debugGetfenv(c *Call) {
	switch v := checkAny(c, 1, "getfenv"); v.n {
	case wordClosure:
		c.Push(v.closure().env.Value())
	case wordThread:
		c.Push(v.thread().env.Value())
	case wordNative, wordUserdata:
		c.Push(c.in.globals.Value())
	default:
		c.PushNil()
	}
}

func debugSetfenv(c *Call) {
	env := CheckTable(c, 2, "setfenv")
	switch v := c.Arg(1); v.n {
	case wordClosure:
		v.closure().env = env
	case wordThread:
		v.thread().env = env
	default:
		c.Raise("'setfenv' cannot change environment of given object")
	}
	c.Push(c.Arg(1))
}

func debugGetregistry(c *Call) {
	t := c.in.NewTable(0, 1)
	t.Set("_LOADED", c.in.loaded.Value())
	c.Push(t.Value())
}
