package cjson

import (
	"fmt"
	"math"
	"strconv"

	"lma_collector/collector/sandbox/lua"
)

const limitExceeded = "strbuf output_limit exceeded"

// encoder writes texts. A step that fails sets reason and gives false.
type encoder struct {
	*codec
	call   *lua.Call
	out    []byte
	most   int // bytes of text that the script's memory is known to allow
	depth  int
	slots  int // of C's stack
	work   int // table elements that were not charged yet
	reason string

	// what index finds of a table
	count, highest int
	isArray        bool

	eachIndex, eachMember func(key, v lua.Value) bool // index and member
}

// encode is cjson.encode(value).
func (k *codec) encode(c *lua.Call) {
	if c.Len() != 1 {
		lua.BadArgument(c, 1, "encode", "expected 1 argument")
	}
	e := &k.encoder
	e.start(c)
	ok := e.value(c.Arg(1))
	c.Spend(e.work/2 + len(e.out)/16)
	if !ok {
		c.Raise(e.reason)
	}
	if n := len(e.out); n > 1024 {
		c.Need(n)
	}
	c.PushText(string(e.out))
	if cap(e.out) > 1<<18 {
		e.out = nil
	}
}

func (e *encoder) start(c *lua.Call) {
	e.call, e.out, e.most, e.depth, e.slots, e.work, e.reason = c, e.out[:0], 1<<16, 0, 0, 0, ""
}

func (e *encoder) fail(reason string) bool {
	e.reason = reason
	return false
}

// fits tells whether n more bytes may be written; it is asked before all that is long.
func (e *encoder) fits(n int) bool {
	n += len(e.out)
	if e.outputLimit > 0 && n >= e.outputLimit {
		return e.fail(limitExceeded)
	}
	if n > e.most {
		e.call.Need(3 * n)
		e.most = 2 * n
	}
	return true
}

// visit charges for the elements of tables.
func (e *encoder) visit() {
	if e.work++; e.work >= 512 {
		e.call.Spend(e.work)
		e.work = 0
	}
}

// value appends a value.
func (e *encoder) value(v lua.Value) bool {
	switch v.Kind() {
	case lua.KindNone, lua.KindNil:
		e.out = append(e.out, "null"...)
	case lua.KindBool:
		if v.Truth() {
			e.out = append(e.out, "true"...)
		} else {
			e.out = append(e.out, "false"...)
		}
	case lua.KindNumber:
		return e.number(v.Float())
	case lua.KindString:
		return e.string(v.Text())
	case lua.KindTable:
		t, _ := v.AsTable()
		return e.table(t)
	default:
		if _, ok := v.AsObject().(null); !ok {
			return e.fail(fmt.Sprintf("Cannot serialise %s: type not supported", v.Kind()))
		}
		e.out = append(e.out, "null"...)
	}
	return e.fits(0)
}

func (e *encoder) number(f float64) bool {
	switch {
	case f-f != 0:
		return e.special(f)
	case f == math.Trunc(f) && math.Abs(f) < 1e9 && e.precision >= 9 && (f != 0 || !math.Signbit(f)):
		e.out = strconv.AppendInt(e.out, int64(f), 10)
	default:
		e.out = lua.AppendG(e.out, f, e.precision)
	}
	return e.fits(0)
}

// special appends what is no number in JSON.
func (e *encoder) special(f float64) bool {
	switch {
	case e.encodeInvalid == "off":
		return e.fail("Cannot serialise number: must not be NaN or Infinity")
	case e.encodeInvalid == "null":
		e.out = append(e.out, "null"...)
	case math.IsInf(f, 1):
		e.out = append(e.out, "Infinity"...)
	case math.IsInf(f, -1):
		e.out = append(e.out, "-Infinity"...)
	default:
		e.out = append(e.out, "NaN"...)
	}
	return e.fits(0)
}

// escapes are what the bytes become that JSON text must not hold as they are, and the slash; plain
// marks the others.
var escapes, plain = func() (text [256]string, plain [256]bool) {
	for b := range 0x20 {
		text[b] = fmt.Sprintf("\\u%04x", b)
	}
	text[0x7f] = "\\u007f"
	for b, short := range map[byte]string{
		'"': `\"`, '\\': `\\`, '/': `\/`, '\b': `\b`, '\t': `\t`, '\n': `\n`, '\f': `\f`, '\r': `\r`,
	} {
		text[b] = short
	}
	for b := range text {
		plain[b] = text[b] == ""
	}
	return text, plain
}()

func (e *encoder) string(s string) bool {
	if !e.fits(6*len(s) + 2) { // the longest it could become
		return false
	}
	out := append(e.out, '"')
	from := 0
	for i := 0; i < len(s); i++ {
		if !plain[s[i]] {
			out = append(append(out, s[from:i]...), escapes[s[i]]...)
			from = i + 1
		}
	}
	e.out = append(append(out, s[from:]...), '"')
	return true
}

func (e *encoder) table(t *lua.Table) bool {
	if e.depth++; e.depth > e.encodeDepth || e.slots+objectSlots+1 > stackSlots {
		return e.fail(fmt.Sprintf("Cannot serialise, excessive nesting (%d)", e.depth))
	}
	n, ok := e.arrayLen(t)
	switch {
	case !ok:
	case n > 0:
		e.slots += arraySlots
		ok = e.array(t, n)
		e.slots -= arraySlots
	default:
		e.slots += objectSlots
		ok = e.object(t)
		e.slots -= objectSlots
	}
	e.depth--
	return ok
}

// arrayLen is the highest index of a table whose keys are all positive integers, else 0.
func (e *encoder) arrayLen(t *lua.Table) (n int, ok bool) {
	e.count, e.highest, e.isArray = 0, 0, true
	t.Each(e.eachIndex)
	if !e.isArray {
		return 0, true
	}
	if n = e.highest; e.sparseRatio > 0 && n > e.sparseSafe && n > e.count*e.sparseRatio {
		if e.sparseConvert {
			return 0, true
		}
		return 0, e.fail("Cannot serialise table: excessively sparse array")
	}
	return n, true
}

func (e *encoder) index(key, _ lua.Value) bool {
	f := key.Float()
	if e.isArray = key.Kind() == lua.KindNumber && f >= 1 && f == math.Trunc(f) && f <= 1<<53; e.isArray {
		e.visit()
		e.count++
		e.highest = max(e.highest, int(f))
	}
	return e.isArray
}

func (e *encoder) array(t *lua.Table, n int) bool {
	e.out = append(e.out, '[')
	for i := 1; i <= n; i++ {
		if i > 1 {
			e.out = append(e.out, ',')
		}
		e.visit()
		if !e.value(t.Index(i)) {
			return false
		}
	}
	e.out = append(e.out, ']')
	return true
}

func (e *encoder) object(t *lua.Table) bool {
	e.out = append(e.out, '{')
	t.Each(e.eachMember)
	e.out = append(e.out, '}')
	return e.reason == ""
}

func (e *encoder) member(key, v lua.Value) bool {
	if e.out[len(e.out)-1] != '{' { // no value ends like that
		e.out = append(e.out, ',')
	}
	e.visit()
	if !e.key(key) {
		return false
	}
	e.out = append(e.out, ':')
	return e.value(v)
}

// key appends the name of a member.
func (e *encoder) key(key lua.Value) bool {
	switch key.Kind() {
	case lua.KindString:
		return e.string(key.Text())
	case lua.KindNumber:
		e.out = append(e.out, '"')
		ok := e.number(key.Float())
		e.out = append(e.out, '"')
		return ok
	}
	return e.fail(fmt.Sprintf("Cannot serialise %s: table key must be a number or string", key.Kind()))
}
