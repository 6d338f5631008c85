package sandbox

import (
	"encoding/binary"
	"fmt"
	"math"

	"lma_collector/collector/sandbox/lua"
)

// decodeMessage is decode_message(encoded message): the table form that inject_message takes. It is
// stricter than the pipeline: an element that hekad did not know is an error.
func decodeMessage(c *lua.Call) {
	if c.Len() != 1 || c.Kind(1) != lua.KindString {
		lua.BadArgument(c, 0, "decode_message", "must have one string argument")
	}
	text, _ := c.Text(1)
	if len(text) < 20 {
		c.Raise("invalid message, too short")
	}
	c.Spend(len(text) >> 3)
	d := decoding{call: c, in: c.Interp(), raw: text}
	d.message = d.in.NewTable(0, 10)
	c.Push(d.message.Value()) // now, that its growth is seen
	if e, ok := d.headers(); !ok {
		c.Raise(fmt.Sprintf("error in tag: %d wiretype: %d offset: %d", e.tag, e.wire, e.start))
	}
	if !d.uuid || !d.timestamp {
		c.Raise(fmt.Sprintf("missing required field uuid: %s timestamp: %s", found(d.uuid), found(d.timestamp)))
	}
}

func found(yes bool) string {
	if yes {
		return "found"
	}
	return "not found"
}

// decoding is one call of decode_message.
type decoding struct {
	call            *lua.Call
	in              *lua.Interp
	raw             string
	message, fields *lua.Table
	count           int // of fields
	uuid, timestamp bool
}

// element is one element of an encoding: a number or bytes.
type element struct {
	tag, wire  int
	start, end int // in bytes; start is that of the tag
	number     uint64
	bytes      string
}

// Wire types of protobuf.
const (
	wireVarint = 0
	wireFixed  = 1
	wireBytes  = 2
)

// next reads the element at i; the end of what is malformed is 0.
func next(raw string, i int) (e element) {
	e.start = i
	tag, n := varint(raw[i:])
	if n == 0 || tag > math.MaxInt32 {
		return e
	}
	e.tag, e.wire = int(tag>>3), int(tag&7)
	i += n
	switch e.wire {
	case wireVarint:
		if e.number, n = varint(raw[i:]); n > 0 {
			e.end = i + n
		}
	case wireFixed:
		if len(raw)-i >= 8 {
			e.number, e.end = fixed(raw[i:]), i+8
		}
	case wireBytes:
		size, n := varint(raw[i:])
		if i += n; n > 0 && size <= uint64(len(raw)-i) {
			e.end = i + int(size)
			e.bytes = raw[i:e.end]
		}
	}
	return e
}

// text is a copy: a part that the script keeps must not hold all of the message.
func (d *decoding) text(e element) lua.Value { return d.in.String(e.bytes) }

func varint(raw string) (v uint64, n int) {
	for n < len(raw) && n < binary.MaxVarintLen64 {
		b := raw[n]
		if n == binary.MaxVarintLen64-1 && b > 1 {
			return 0, 0 // more than 64 bits
		}
		v |= uint64(b&0x7f) << (7 * n)
		if n++; b < 0x80 {
			return v, n
		}
	}
	return 0, 0
}

func fixed(raw string) (v uint64) {
	for i := range 8 {
		v |= uint64(raw[i]) << (8 * i)
	}
	return v
}

// headerWires are hekad's headers and how each is encoded.
var headerWires = [...]int{1: wireBytes, wireVarint, wireBytes, wireBytes, wireVarint, wireBytes, wireBytes, wireVarint, wireBytes, wireBytes}

var headerNames = [...]string{1: "Uuid", "Timestamp", "Type", "Logger", "Severity", "Payload", "EnvVersion", "Pid", "Hostname"}

const tagFields = 10

// headers takes the elements of the message in; the bad one comes back when there is one.
func (d *decoding) headers() (bad element, ok bool) {
	for i := 0; i < len(d.raw); {
		e := next(d.raw, i)
		if e.end == 0 || e.tag < 1 || e.tag > tagFields || e.wire != headerWires[e.tag] {
			return e, false
		}
		i = e.end
		switch {
		case e.tag == tagFields:
			if !d.field(e.bytes) {
				return e, false
			}
			continue
		case e.wire == wireBytes:
			d.message.Set(headerNames[e.tag], d.text(e))
		case headerNames[e.tag] == "Timestamp":
			d.message.Set("Timestamp", lua.Number(float64(int64(e.number))))
		default:
			d.message.Set(headerNames[e.tag], lua.Number(float64(int32(e.number))))
		}
		d.uuid = d.uuid || e.tag == 1
		d.timestamp = d.timestamp || e.tag == 2
	}
	return bad, true
}

// Elements of a field.
const (
	fieldName = 1 + iota
	fieldType
	fieldRepresentation
	fieldString
	fieldBytes
	fieldInteger
	fieldDouble
	fieldBool
)

// field takes one field in; false says that it is malformed or has no name.
func (d *decoding) field(raw string) bool {
	f, values := d.in.NewTable(0, 4), d.in.NewTable(1, 0)
	d.add(f)
	f.Set("value", values.Value())
	n, named := 0, false
	push := func(v lua.Value) {
		n++
		values.SetIndex(n, v)
	}
	for i := 0; i < len(raw); {
		e := next(raw, i)
		if e.end == 0 {
			return false
		}
		i = e.end
		switch {
		case e.tag == fieldName && e.wire == wireBytes:
			f.Set("name", d.text(e))
			named = true
		case e.tag == fieldType && e.wire == wireVarint:
			f.Set("value_type", lua.Number(float64(int32(e.number))))
		case e.tag == fieldRepresentation && e.wire == wireBytes:
			f.Set("representation", d.text(e))
		case (e.tag == fieldString || e.tag == fieldBytes) && e.wire == wireBytes:
			push(d.text(e))
		default:
			if !numbers(e, push) {
				return false
			}
		}
	}
	return named
}

// add puts a field into the message, before it is filled: memory is counted that a script can reach.
func (d *decoding) add(f *lua.Table) {
	if d.fields == nil {
		d.fields = d.in.NewTable(4, 0)
		d.message.Set("Fields", d.fields.Value())
	}
	d.call.Spend(6)
	d.count++
	d.fields.SetIndex(d.count, f.Value())
}

// numbers takes the values of an element of numbers, packed or single.
func numbers(e element, push func(lua.Value)) bool {
	if e.tag < fieldInteger || e.tag > fieldBool {
		return false
	}
	if e.wire != wireBytes {
		if (e.wire == wireFixed) != (e.tag == fieldDouble) {
			return false
		}
		push(numberOf(e.tag, e.number))
		return true
	}
	for i := 0; i < len(e.bytes); {
		if e.tag == fieldDouble {
			if len(e.bytes)-i < 8 {
				return false
			}
			push(numberOf(e.tag, fixed(e.bytes[i:])))
			i += 8
			continue
		}
		v, n := varint(e.bytes[i:])
		if n == 0 {
			return false
		}
		push(numberOf(e.tag, v))
		i += n
	}
	return true
}

func numberOf(tag int, v uint64) lua.Value {
	switch tag {
	case fieldDouble:
		return lua.Number(math.Float64frombits(v))
	case fieldBool:
		return lua.Bool(v != 0)
	}
	return lua.Number(float64(int64(v)))
}
