package stdlib

import (
	"lma_collector/collector/sandbox/lua"
	"lma_collector/collector/sandbox/luapattern"
)

// stringLibrary is the string library of one interpreter.
type stringLibrary struct {
	matcher  luapattern.Matcher
	patterns patternCache
	scratch  scratch
}

func openString(in *lua.Interp) *lua.Table {
	l := &stringLibrary{}
	in.Keep(&l.patterns)
	lib := library(in, map[string]lua.Function{
		"byte": stringByte, "char": l.char, "dump": stringDump, "find": l.find, "format": l.format, "gmatch": l.gmatch,
		"gsub": l.gsub, "len": stringLen, "lower": l.lower, "match": l.match, "rep": l.rep, "reverse": l.reverse,
		"sub": stringSub, "upper": l.upper,
	})
	lib.Set("gfind", lib.Get("gmatch"))
	in.SetStringMethods(lib)
	return lib
}

// position makes an index of a string's start or end that may count from its end.
func position(i, length int) int {
	if i < 0 {
		i += length + 1
	}
	return max(i, 0)
}

func stringLen(c *lua.Call) { c.PushNumber(float64(len(lua.CheckText(c, 1, "len")))) }

func stringSub(c *lua.Call) {
	s := lua.CheckText(c, 1, "sub")
	first := max(position(checkInteger(c, 2, "sub"), len(s)), 1)
	last := min(position(optInteger(c, 3, "sub", -1), len(s)), len(s))
	switch {
	case first > last:
		c.PushText("")
	case first == 1 && last == len(s):
		c.PushText(s)
	default:
		pushPart(c, s, first-1, last)
	}
}

// pushPart pushes a copy of a part, so that a small string does not hold the memory of a large one.
func pushPart(c *lua.Call, s string, from, to int) {
	spendBytes(c, to-from)
	c.PushView(s[from:to])
}

func stringByte(c *lua.Call) {
	s := lua.CheckText(c, 1, "byte")
	first := position(optInteger(c, 2, "byte", 1), len(s))
	last := min(position(optInteger(c, 3, "byte", first), len(s)), len(s))
	first = max(first, 1)
	if last-first+1 > maxStack-c.Len() {
		c.Raise("stack overflow (string slice too long)")
	}
	if n := last - first + 1; n > 64 {
		c.Spend(n / 4)
	}
	for i := first; i <= last; i++ {
		c.PushNumber(float64(s[i-1]))
	}
}

func (l *stringLibrary) char(c *lua.Call) {
	b := l.scratch.take(c)
	for i := 1; i <= c.Len(); i++ {
		code := checkInt(c, i, "char")
		if code < 0 || code > 255 {
			lua.BadArgument(c, i, "char", "invalid value")
		}
		b.addByte(byte(code))
	}
	l.scratch.push(&b)
}

func stringDump(c *lua.Call) {
	checkFunction(c, 1, "dump")
	c.Raise("unable to dump given function")
}

func (l *stringLibrary) lower(c *lua.Call) { l.flip(c, "lower", 'A') }
func (l *stringLibrary) upper(c *lua.Call) { l.flip(c, "upper", 'a') }

// flip changes the case of the ASCII letters that start with first.
func (l *stringLibrary) flip(c *lua.Call, function string, first byte) {
	s := lua.CheckText(c, 1, function)
	spendBytes(c, len(s))
	at := 0
	for at < len(s) && s[at]-first >= 26 {
		at++
	}
	if at == len(s) {
		c.PushText(s)
		return
	}
	b := l.scratch.take(c)
	b.add(s)
	for ; at < len(s); at++ {
		if s[at]-first < 26 {
			b.text[at] ^= 0x20
		}
	}
	l.scratch.push(&b)
}

func (l *stringLibrary) reverse(c *lua.Call) {
	s := lua.CheckText(c, 1, "reverse")
	spendBytes(c, len(s))
	b := l.scratch.take(c)
	b.room(len(s))
	for i := len(s) - 1; i >= 0; i-- {
		b.text = append(b.text, s[i])
	}
	l.scratch.push(&b)
}

func (l *stringLibrary) rep(c *lua.Call) {
	s := lua.CheckText(c, 1, "rep")
	n := max(checkInt(c, 2, "rep"), 0)
	size := n * len(s) // n is below 2^31 and no string is as long as 2^32
	if size == 0 {
		c.PushText("")
		return
	}
	c.Need(size)
	spendBytes(c, size)
	b := l.scratch.take(c)
	b.room(size)
	b.add(s)
	for len(b.text) < size {
		b.text = append(b.text, b.text[:min(len(b.text), size-len(b.text))]...)
	}
	l.scratch.push(&b)
}
