package message

import (
	"encoding/binary"
	"math"
)

// Numbers of the protobuf fields of a message's field.
const (
	fieldName           = 1
	fieldType           = 2
	fieldRepresentation = 3
	fieldString         = 4
	fieldBytes          = 5
	fieldInteger        = 6
	fieldDouble         = 7
	fieldBool           = 8
)

// Field is a view of one field of a message: a name, a type, and values of that type.
type Field struct {
	Name           string
	Representation string // free metadata, usually a unit
	Type           ValueType
	raw            []byte // the field's encoding
	values         int    // offset in raw of the first value
}

// checkField walks a field's encoding; reason is "" when it is well formed.
func checkField(raw []byte) (at int, reason string) {
	for i := 0; i < len(raw); {
		tag, n := varint(raw, i)
		if n == 0 || tag>>3 == 0 {
			return i, "bad tag in a field"
		}
		if !fieldWireType(int(tag>>3), int(tag&7)) {
			return i, "wrong wire type in a field"
		}
		end := skip(raw, i+n, int(tag&7), 0)
		if end < 0 {
			return i, "cut field"
		}
		if reason := checkPacked(int(tag>>3), int(tag&7), raw[i+n:end]); reason != "" {
			return i, reason
		}
		i = end
	}
	return 0, ""
}

func fieldWireType(num, wire int) bool {
	switch num {
	case fieldName, fieldRepresentation, fieldString, fieldBytes:
		return wire == 2
	case fieldType:
		return wire == 0
	case fieldInteger, fieldBool:
		return wire == 0 || wire == 2
	case fieldDouble:
		return wire == 1 || wire == 2
	}
	return true
}

// checkPacked verifies that a packed array (length included in b) holds whole numbers.
func checkPacked(num, wire int, b []byte) string {
	if wire != 2 || num < fieldInteger || num > fieldBool {
		return ""
	}
	size, n := varint(b, 0)
	b = b[n:]
	if num == fieldDouble {
		if size%8 != 0 {
			return "packed doubles are cut"
		}
		return ""
	}
	for i := 0; i < len(b); {
		_, n := varint(b, i)
		if n == 0 {
			return "packed numbers are cut"
		}
		i += n
	}
	return ""
}

// parseField reads the head of a checked field encoding.
func parseField(raw []byte) Field {
	f := Field{raw: raw, values: len(raw)}
	for i := 0; i < len(raw); {
		tag, n := varint(raw, i)
		body := i + n
		switch tag {
		case fieldName<<3 | 2:
			size, n := varint(raw, body)
			body += n + int(size)
			f.Name = View(raw[body-int(size) : body])
		case fieldType << 3:
			v, n := varint(raw, body)
			f.Type = ValueType(min(v, 255))
			body += n
		case fieldRepresentation<<3 | 2:
			size, n := varint(raw, body)
			body += n + int(size)
			f.Representation = View(raw[body-int(size) : body])
		default:
			if f.values > i {
				f.values = i
			}
			body = skip(raw, body, int(tag&7), 0)
		}
		i = body
	}
	return f
}

// nameOf is the name of a checked field encoding, which senders put first.
func nameOf(raw []byte) string {
	if len(raw) > 1 && raw[0] == fieldName<<3|2 && raw[1] < 0x80 {
		return View(raw[2 : 2+int(raw[1])])
	}
	return parseField(raw).Name
}

// Fields calls yield for each field in order, until it returns false.
func (m *Message) Fields(yield func(Field) bool) {
	m.rawFields(func(raw []byte) bool { return yield(parseField(raw)) })
}

func (m *Message) rawFields(yield func([]byte) bool) {
	for i := int(m.fields); i < len(m.raw); {
		start, end := m.fieldAt(i)
		if start > 0 && !yield(m.raw[start:end]) {
			return
		}
		i = end
	}
}

// fieldAt gives the body of the field whose tag is at i, or start 0 and the end of what else is there.
func (m *Message) fieldAt(i int) (start, end int) {
	if m.raw[i] == tagField<<3|2 {
		size, n := varint(m.raw, i+1)
		return i + 1 + n, i + 1 + n + int(size)
	}
	tag, n := varint(m.raw, i)
	return 0, skip(m.raw, i+n, int(tag&7), 0)
}

// FieldNames calls yield with the name of each field and a number by which FieldAt finds it again.
// A match set looks at the names of a message once, whatever the number of its matchers.
func (m *Message) FieldNames(yield func(name string, at int) bool) {
	for i := int(m.fields); i < len(m.raw); {
		start, end := m.fieldAt(i)
		if start > 0 && !yield(nameOf(m.raw[start:end]), i) {
			return
		}
		i = end
	}
}

// FieldAt is the field that FieldNames announced at that number.
func (m *Message) FieldAt(at int) Field {
	start, end := m.fieldAt(at)
	return parseField(m.raw[start:end])
}

// Field is the nth (from 0) field of a name.
func (m *Message) Field(name string, nth int) (Field, bool) {
	for i := int(m.fields); i < len(m.raw); {
		start, end := m.fieldAt(i)
		if start > 0 && nameOf(m.raw[start:end]) == name {
			if nth == 0 {
				return parseField(m.raw[start:end]), true
			}
			nth--
		}
		i = end
	}
	return Field{}, false
}

// Value is the first value of the first field of a name.
func (m *Message) Value(name string) (Value, bool) {
	f, ok := m.Field(name, 0)
	if !ok {
		return Value{}, false
	}
	return f.Value(0)
}

// Text is the first value of the first field of a name if that is a STRING or BYTES field, else "".
func (m *Message) Text(name string) string {
	v, _ := m.Value(name)
	return v.text
}

// Values calls yield for each value in order, until it returns false.
func (f Field) Values(yield func(Value) bool) {
	for i := f.values; i < len(f.raw); {
		tag, n := varint(f.raw, i)
		body := i + n
		end := skip(f.raw, body, int(tag&7), 0)
		if int(tag>>3) == int(f.Type)+fieldString && !f.element(f.raw[body:end], int(tag&7), yield) {
			return
		}
		i = end
	}
}

// element yields the values of one element: a text, a number, or a packed array of numbers.
func (f Field) element(b []byte, wire int, yield func(Value) bool) bool {
	if wire == 2 {
		_, n := varint(b, 0)
		b = b[n:]
		if f.Type <= TypeBytes {
			return yield(Value{typ: f.Type, text: View(b)})
		}
	}
	for i := 0; i < len(b); {
		v := Value{typ: f.Type}
		if f.Type == TypeDouble {
			v.bits = binary.LittleEndian.Uint64(b[i:])
			i += 8
		} else {
			var n int
			v.bits, n = varint(b, i)
			i += n
		}
		if !yield(v) {
			return false
		}
	}
	return true
}

// Value is the ith value (from 0).
func (f Field) Value(i int) (found Value, ok bool) {
	for v := range f.Values {
		if i == 0 {
			return v, true
		}
		i--
	}
	return Value{}, false
}

// Len is the number of values.
func (f Field) Len() (n int) {
	for range f.Values {
		n++
	}
	return n
}

// finite tells whether a float has a JSON form.
func finite(f float64) bool { return !math.IsNaN(f) && !math.IsInf(f, 0) }
