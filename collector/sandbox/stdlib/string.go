package stdlib

import (
	"strings"

	"lma_collector/collector/sandbox/lua"
)

// maxString is the largest string in bytes that one function may make.
const maxString = 8 << 20

func openString(in lua.Interp) lua.Table {
	lib := library(in, "string", []string{"byte", "find", "gfind", "gmatch", "gsub", "len", "match", "reverse", "sub"},
		map[string]lua.Function{
			"char": stringChar, "format": stringFormat, "lower": stringLower, "upper": stringUpper, "rep": stringRep,
			"dump": func(c lua.Call) { c.Raise("unable to dump given function") },
		})
	if lib.Get("gfind").IsNil() {
		lib.Set("gfind", lib.Get("gmatch"))
	}
	in.SetStringMethods(lib)
	return lib
}

func stringChar(c lua.Call) {
	out := make([]byte, c.Len())
	for i := range out {
		code := lua.CheckInt(c, i+1, "char")
		if code < 0 || code > 255 {
			lua.BadArgument(c, i+1, "char", "invalid value")
		}
		out[i] = byte(code)
	}
	c.PushText(string(out))
}

func stringLower(c lua.Call) { mapBytes(c, "lower", 'A', 'Z') }
func stringUpper(c lua.Call) { mapBytes(c, "upper", 'a', 'z') }

// mapBytes changes the case of the ASCII letters from first to last.
func mapBytes(c lua.Call, function string, first, last byte) {
	s := lua.CheckText(c, 1, function)
	at := strings.IndexFunc(s, func(r rune) bool { return r >= rune(first) && r <= rune(last) })
	if at < 0 {
		c.PushText(s)
		return
	}
	out := []byte(s)
	for i := at; i < len(out); i++ {
		if out[i] >= first && out[i] <= last {
			out[i] ^= 0x20
		}
	}
	c.PushText(string(out))
}

func stringRep(c lua.Call) {
	s := lua.CheckText(c, 1, "rep")
	n := max(lua.CheckInt(c, 2, "rep"), 0)
	if len(s) > 0 && n > maxString/len(s) {
		c.RaiseBare("not enough memory")
	}
	c.PushText(strings.Repeat(s, n))
}
