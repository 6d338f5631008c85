package lua

import (
	"fmt"
	"strings"
)

// The functions of the base library, which all interpreters share.
var (
	baseFunctions = natives(map[string]Function{
		"assert": baseAssert, "error": baseError, "gcinfo": baseGcinfo, "getfenv": baseGetfenv, "getmetatable": baseGetmetatable,
		"module": baseModule, "pcall": basePcall, "rawequal": baseRawequal, "rawget": baseRawget,
		"rawset": baseRawset, "select": baseSelect, "setfenv": baseSetfenv, "setmetatable": baseSetmetatable,
		"tonumber": baseTonumber, "tostring": baseTostring, "type": baseType, "unpack": baseUnpack, "xpcall": baseXpcall,
		"pairs": basePairs, "ipairs": baseIpairs,
	})
	inputFunctions = natives(map[string]Function{"collectgarbage": baseCollectgarbage, "newproxy": baseNewproxy})
	allFunctions   = natives(map[string]Function{
		"dofile": baseDofile, "load": baseLoad, "loadfile": baseLoadfile, "loadstring": baseLoadstring, "print": basePrint,
	})
	ipairsStep = &native{name: "ipairs", f: baseIpairsStep, kind: nativeStep}
	nextNative = &native{name: "next", f: baseNext, kind: nativeNext}
)

func natives(functions map[string]Function) map[string]*native {
	m := make(map[string]*native, len(functions))
	for name, f := range functions {
		m[name] = &native{name: name, f: f}
	}
	if f := m["tonumber"]; f != nil {
		f.kind = nativeNumber
	}
	return m
}

// baseOrder is the order of the globals, so that it is the same each time.
var baseOrder = strings.Fields("assert collectgarbage dofile error gcinfo getfenv getmetatable ipairs load loadfile loadstring module " +
	"newproxy next pairs pcall print rawequal rawget rawset select setfenv setmetatable tonumber tostring type unpack xpcall")

func (in *Interp) openBase(set Base) {
	in.globals.Set("_G", in.globals.Value())
	in.globals.Set("_VERSION", String("Lua 5.1"))
	for _, name := range baseOrder {
		f := baseFunctions[name]
		if f == nil && set >= BaseInput {
			f = inputFunctions[name]
		}
		if f == nil && set >= BaseAll {
			f = allFunctions[name]
		}
		if name == "next" {
			f = nextNative
		}
		if f != nil {
			in.globals.Set(name, nativeValue(f))
		}
	}
	if set >= BaseInput {
		in.openLibrary("coroutine", coroutineFunctions)
	}
	if set >= BaseAll {
		in.openLibrary("debug", debugFunctions)
	}
}

func (in *Interp) openLibrary(name string, functions map[string]*native) {
	lib := in.NewTable(0, len(functions))
	for _, f := range sortedNames(functions) {
		lib.Set(f, nativeValue(functions[f]))
	}
	in.globals.Set(name, lib.Value())
	in.loaded.Set(name, lib.Value())
}

func checkAny(c *Call, i int, function string) Value {
	if c.n < i {
		BadArgument(c, i, function, "value expected")
	}
	return c.Arg(i)
}

func baseAssert(c *Call) {
	if checkAny(c, 1, "assert").Truth() {
		c.from = c.base // the arguments are the results
		return
	}
	text := "assertion failed!"
	if !c.Arg(2).IsNil() {
		text = CheckText(c, 2, "assert")
	}
	c.Raise(text)
}

func baseError(c *Call) {
	level := 1
	if !c.Arg(2).IsNil() {
		level = CheckInt(c, 2, "error")
	}
	v := plain(c.Arg(1))
	if text, ok := v.AsText(); ok && level > 0 {
		v = c.in.newText(c.where(level) + text)
	}
	c.RaiseValue(v)
}

func baseGcinfo(c *Call) { c.PushNumber(float64(c.in.memory >> 10)) }

func baseType(c *Call) { c.Push(kindTexts[checkAny(c, 1, "type").Kind()]) }

var kindTexts = func() (texts [len(kindNames)]Value) {
	for i, name := range kindNames {
		texts[i] = stringValue(name)
	}
	return texts
}()

func baseTostring(c *Call) {
	v := checkAny(c, 1, "tostring")
	c.Push(c.tostring(v))
}

// ToString is a value as tostring gives it.
func (c *Call) ToString(v Value) Value { return c.tostring(plain(v)) }

func (c *Call) tostring(v Value) Value {
	if m := c.th.metamethod(v, tmTostring); !m.isNil() {
		return c.th.callMeta(m, v)
	}
	switch v.Kind() {
	case KindString:
		return v
	case KindNumber:
		return c.in.viewText(FormatNumber(v.float()))
	case KindNil:
		return stringValue("nil")
	case KindBool:
		if v.n == wordTrue {
			return stringValue("true")
		}
		return stringValue("false")
	}
	return c.in.newText(fmt.Sprintf("%s: 0x%08x", v.Kind(), v.address()))
}

// numeral is what tonumber gives for a value alone.
func (in *Interp) numeral(v Value) Value {
	if f, ok := in.toNumber(v); ok {
		return Number(f)
	}
	return Value{}
}

func baseTonumber(c *Call) {
	base := 10
	if !c.Arg(2).IsNil() {
		base = CheckInt(c, 2, "tonumber")
	}
	if base == 10 {
		c.Push(c.in.numeral(checkAny(c, 1, "tonumber")))
		return
	}
	text := CheckText(c, 1, "tonumber")
	c.in.work(len(text))
	if base < 2 || base > 36 {
		BadArgument(c, 2, "tonumber", "base out of range")
	}
	if f, ok := parseBase(text, base); ok {
		c.PushNumber(f)
		return
	}
	c.PushNil()
}

func baseRawequal(c *Call) {
	c.PushBool(c.in.rawEqual(checkAny(c, 1, "rawequal"), checkAny(c, 2, "rawequal")))
}

func baseRawget(c *Call) {
	t := CheckTable(c, 1, "rawget")
	checkAny(c, 2, "rawget")
	c.Push(t.get(c.Arg(2)))
}

func baseRawset(c *Call) {
	t := CheckTable(c, 1, "rawset")
	checkAny(c, 2, "rawset")
	key, v := c.Arg(2), checkAny(c, 3, "rawset")
	c.th.setNew(t, t.slot(key), key, v)
	c.n, c.from = 1, c.base
	c.th.top = c.base + 1
}

func baseGetmetatable(c *Call) {
	v := checkAny(c, 1, "getmetatable")
	mt := c.in.metatable(v)
	switch {
	case mt == nil:
		c.PushNil()
	default:
		if hidden := mt.fast(tmMetatable); !hidden.isNil() {
			c.Push(hidden)
			return
		}
		c.Push(mt.Value())
	}
}

func baseSetmetatable(c *Call) {
	t := CheckTable(c, 1, "setmetatable")
	if k := c.Kind(2); k != KindNil && k != KindTable {
		BadArgument(c, 2, "setmetatable", "nil or table expected")
	}
	if t.meta != nil && !t.meta.fast(tmMetatable).isNil() {
		c.Raise("cannot change a protected metatable")
	}
	t.meta = c.Table(2)
	c.Push(t.Value())
}

func baseSelect(c *Call) {
	if v := c.Arg(1); v.isString() && v.str() == "#" {
		c.PushNumber(float64(c.n - 1))
		return
	}
	i := CheckInt(c, 1, "select")
	switch {
	case i < 0:
		i += c.n
	case i > c.n:
		i = c.n
	}
	if i < 1 {
		BadArgument(c, 1, "select", "index out of range")
	}
	c.from = c.base + i
}

func baseUnpack(c *Call) {
	t := CheckTable(c, 1, "unpack")
	first, last := 1, 0
	if !c.Arg(2).IsNil() {
		first = CheckInt(c, 2, "unpack")
	}
	if c.Arg(3).IsNil() {
		last = t.length()
	} else {
		last = CheckInt(c, 3, "unpack")
	}
	if first > last {
		return
	}
	n := last - first + 1
	if n <= 0 || n >= maxNativeUse || n+c.n > maxNativeUse {
		c.Raise("too many results to unpack")
	}
	th := c.th
	th.grow(th.top, n+1)
	for i := range n {
		th.stack[th.top+i] = t.getInt(first + i)
	}
	th.top += n
	c.Spend(n >> 3)
}

func baseNext(c *Call) {
	t := CheckTable(c, 1, "next")
	key, v, ok := t.next(plain(c.Arg(2)))
	if !ok {
		c.th.runError("invalid key to 'next'")
	}
	c.Push(key)
	if !key.isNil() {
		c.Push(v)
	}
}

func basePairs(c *Call) {
	t := CheckTable(c, 1, "pairs")
	c.Push(nativeValue(nextNative))
	c.Push(t.Value())
	c.PushNil()
}

func baseIpairs(c *Call) {
	t := CheckTable(c, 1, "ipairs")
	c.Push(nativeValue(ipairsStep))
	c.Push(t.Value())
	c.PushNumber(0)
}

func baseIpairsStep(c *Call) {
	i := CheckInt(c, 2, "ipairs") + 1
	if v := CheckTable(c, 1, "ipairs").getInt(i); !v.isNil() {
		c.PushNumber(float64(i))
		c.Push(v)
		return
	}
	c.PushNil()
}

// basePcall calls a function in the place of its arguments and puts true before the results.
func basePcall(c *Call) {
	checkAny(c, 1, "pcall")
	c.protected(c.n, Value{})
}

func baseXpcall(c *Call) {
	checkAny(c, 2, "xpcall")
	handler := c.Arg(2)
	if handler.isNil() {
		handler = falseWord // none is no handler
	}
	c.th.top = c.base + 1
	c.protected(1, handler)
}

func (c *Call) protected(n int, handler Value) {
	th, at := c.th, c.base+1
	th.grow(c.base+n, nativeSlots)
	copy(th.stack[at:at+n], th.stack[c.base:c.base+n])
	th.top = at + n
	if th.protect(at, n-1, handler) {
		th.stack[c.base] = trueWord
	} else {
		th.stack[c.base] = falseWord
		th.stack[at] = c.in.thrown
		c.in.thrown = Value{}
		th.top = at + 1
	}
	c.from = c.base
}

func (th *thread) protect(at, nargs int, handler Value) (ok bool) {
	s := th.save()
	defer th.restore(&s, at, false, &ok)
	th.in.catch = catchScript
	th.handler = handler
	if !handler.isNil() {
		th.handles = false
	}
	th.callAt(at, nargs, -1)
	return true
}

func baseCollectgarbage(c *Call) {
	option := "collect"
	if !c.Arg(1).IsNil() {
		option = CheckText(c, 1, "collectgarbage")
	}
	switch option {
	case "collect":
		c.collect()
		c.PushNumber(0)
	case "count":
		c.PushNumber(float64(c.in.memory) / 1024)
	case "step":
		c.collect()
		c.PushBool(true)
	case "stop", "restart":
		c.in.collects = option == "restart"
		if c.in.memoryLimit == noLimit {
			c.in.SetMemoryLimit(0)
		}
		c.PushNumber(0)
	case "setpause", "setstepmul":
		c.PushNumber(0)
	default:
		BadArgument(c, 1, "collectgarbage", "invalid option '"+option+"'")
	}
}

// collect is a look at what lives that the script asks for, with the finalizers.
func (c *Call) collect() {
	c.in.CollectMemory()
	c.th.finalize()
}

func baseNewproxy(c *Call) {
	u := &userdata{proxy: true}
	switch v := c.Arg(1); {
	case v.n == wordTrue:
		u.meta = c.in.NewTable(0, 0)
	case v.isFalse():
	case v.n == wordUserdata && v.userdata().proxy && v.userdata().meta != nil:
		u.meta = v.userdata().meta
	default:
		BadArgument(c, 1, "newproxy", "boolean or proxy expected")
	}
	c.in.charge(sizeUserdata)
	c.Push(userdataValue(u))
	c.in.addProxy(u)
}
