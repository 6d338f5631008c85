package cjson

import (
	"fmt"
	"hash/maphash"
	"math"
	"strings"

	"lma_collector/collector/sandbox/lua"
)

// decoder goes through one text. A step that fails sets reason and gives false.
type decoder struct {
	*codec
	call   *lua.Call
	in     *lua.Interp
	text   string
	at     int
	depth  int
	slots  int // of C's stack
	work   int // table elements that were not charged yet
	reason string
}

// decode is cjson.decode(text).
func (k *codec) decode(c *lua.Call) {
	if c.Len() != 1 {
		lua.BadArgument(c, 1, "decode", "expected 1 argument")
	}
	text := lua.CheckText(c, 1, "decode")
	c.Spend(len(text) / 16)
	if n := len(text); n > 1024 {
		c.Need(n)
	}
	if k.names == nil {
		k.names = new([nameSlots]string)
	}
	d := decoder{codec: k, call: c, in: c.Interp(), text: text}
	v, ok := d.parse()
	c.Spend(d.work / 2)
	if !ok {
		c.Raise(d.reason)
	}
	c.Push(v)
}

func (d *decoder) parse() (v lua.Value, ok bool) {
	if len(d.text) >= 2 && (d.text[0] == 0 || d.text[1] == 0) {
		d.reason = "JSON parser does not support UTF-16 or UTF-32"
		return v, false
	}
	if v, ok = d.value(d.next()); !ok {
		return v, false
	}
	if d.next() != 0 {
		return v, d.expected("the end")
	}
	return v, true
}

// next is the next byte that is no white space, 0 at the end; a NUL ends the text, too.
func (d *decoder) next() byte {
	for d.at < len(d.text) {
		switch b := d.text[d.at]; b {
		case ' ', '\t', '\r', '\n':
			d.at++
		default:
			return b
		}
	}
	return 0
}

// value reads the value that begins with b.
func (d *decoder) value(b byte) (lua.Value, bool) {
	switch b {
	case '"':
		s, ok := d.string()
		d.call.Count(textSize + len(s))
		return lua.String(s), ok || d.expected("value")
	case '{':
		return d.object()
	case '[':
		return d.array()
	case '-', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9':
		if f, ok := d.simpleNumber(); ok {
			return lua.Number(f), true
		}
	}
	return d.word()
}

// longNumber is how many elements a number counts that is not simple.
const longNumber = 48

// word reads true, false, null and the numbers that are not simple.
func (d *decoder) word() (v lua.Value, ok bool) {
	switch d.token() {
	case tokenBoolean:
		word := len("true")
		if d.text[d.at] == 'f' {
			word = len("false")
		}
		d.at += word
		return lua.Bool(word == len("true")), true
	case tokenNull:
		d.at += len("null")
		if d.decodeNull {
			return d.null, true
		}
		return lua.Nil, true
	case tokenNumber:
		d.work += longNumber
		f, n := number(d.text[d.at:])
		d.at += n
		return lua.Number(f), true
	}
	return v, d.expected("value")
}

// deeper enters an object or array, which takes so many slots of C's stack, and one more.
func (d *decoder) deeper(slots int) bool {
	d.at++
	if d.depth++; d.depth > d.decodeDepth || d.slots+slots+1 > stackSlots {
		d.reason = fmt.Sprintf("Found too many nested data structures (%d) at character %d", d.depth, d.at)
		return false
	}
	return true
}

// enter makes the table of an object or array, which the script's memory counts from now on.
func (d *decoder) enter(slots, n, m int) *lua.Table {
	t := d.in.NewTable(n, m)
	d.call.Spend(1) // also of a text that turns out to be bad
	d.call.Hold(t.Value())
	d.slots += slots
	return t
}

// leave ends an object or array.
func (d *decoder) leave(t *lua.Table, slots int) (lua.Value, bool) {
	d.at++
	d.depth--
	d.slots -= slots
	d.call.Drop(1)
	d.visit()
	return t.Value(), true
}

// visit charges for the elements of tables.
func (d *decoder) visit() {
	if d.work++; d.work >= 512 {
		d.call.Spend(d.work)
		d.work = 0
	}
}

func (d *decoder) object() (v lua.Value, ok bool) {
	if !d.deeper(objectSlots) {
		return v, false
	}
	b := d.next()
	if b == '}' {
		return d.leave(d.enter(objectSlots, 0, 0), objectSlots)
	}
	t := d.enter(objectSlots, 0, 4)
	for {
		if b != '"' {
			return v, d.expected("object key string")
		}
		name, ok := d.string()
		if !ok {
			return v, d.expected("object key string")
		}
		if d.next() != ':' {
			return v, d.expected("colon")
		}
		d.at++
		if v, ok = d.value(d.next()); !ok {
			return v, false
		}
		if !v.IsNil() {
			t.Set(name, v)
		}
		switch d.next() {
		case ',':
			d.at++
			d.visit()
			b = d.next()
		case '}':
			return d.leave(t, objectSlots)
		default:
			return v, d.expected("comma or object end")
		}
	}
}

func (d *decoder) array() (v lua.Value, ok bool) {
	if !d.deeper(arraySlots) {
		return v, false
	}
	b := d.next()
	if b == ']' {
		return d.leave(d.enter(arraySlots, 0, 0), arraySlots)
	}
	t := d.enter(arraySlots, 4, 0)
	for i := 1; ; i++ {
		if v, ok = d.value(b); !ok {
			return v, false
		}
		if !v.IsNil() {
			t.SetIndex(i, v)
		}
		switch d.next() {
		case ',':
			d.at++
			d.visit()
			b = d.next()
		case ']':
			return d.leave(t, arraySlots)
		default:
			return v, d.expected("comma or array end")
		}
	}
}

// expected says what should stand where the next token is; it gives false.
func (d *decoder) expected(what string) bool {
	b, at := d.next(), d.at
	found := string(d.token())
	if b == '"' {
		if _, reason, end := d.scanString(); reason != "" {
			found, at = reason, end
		}
	}
	d.reason = fmt.Sprintf("Expected %s but found %s at character %d", what, found, at+1)
	return false
}

const (
	textSize    = 25 // bytes that a string takes besides its own
	longestName = 32 // bytes of a string that is kept for later texts
	nameSlots   = 256
)

var seed = maphash.MakeSeed()

// known gives a string of its own for a part of the text: names and short values repeat from text to text.
func (k *codec) known(s string) string {
	if len(s) > longestName {
		return strings.Clone(s)
	}
	slot := &k.names[maphash.String(seed, s)%nameSlots]
	if *slot != s {
		*slot = strings.Clone(s)
	}
	return *slot
}

// string reads a string; false when it is none.
func (d *decoder) string() (string, bool) {
	start := d.at + 1
	for i := start; i < len(d.text); i++ {
		switch d.text[i] {
		case '"':
			d.at = i + 1
			return d.known(d.text[start:i]), true
		case '\\', 0:
			s, reason, end := d.scanString()
			if reason != "" {
				return "", false
			}
			d.at = end
			return s, true
		}
	}
	return "", false
}

// simpleNumber reads an ordinary number that two exact factors give: the one operation on them rounds
// correctly. false leaves others to word.
func (d *decoder) simpleNumber() (f float64, ok bool) {
	i, mantissa := d.at, 0
	negative := d.text[i] == '-'
	if negative {
		i++
	}
	start, point := i, 0
	for ; i < len(d.text); i++ {
		b := d.text[i]
		if b >= '0' && b <= '9' {
			mantissa = mantissa*10 + int(b-'0')
		} else if b == '.' && point == 0 {
			point = i + 1
		} else {
			break
		}
		if i-start > 14 {
			return 0, false
		}
	}
	if i == start || point == i || d.text[start] == '0' && i-start > 1 && point != start+2 {
		return 0, false
	}
	if i < len(d.text) && (d.text[i] == '.' || d.text[i]|0x20 == 'e' || d.text[i]|0x20 == 'x') {
		return 0, false
	}
	if f = float64(mantissa); point > 0 {
		f /= powers[i-point]
	}
	if negative {
		f = math.Copysign(f, -1)
	}
	d.at = i
	return f, true
}

var powers = [...]float64{1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14}
