package message

import "encoding/binary"

// ValueAt is the first value of the field that FieldNames announced at that number. It is FieldAt
// and Value in one, without making a Field.
func (m *Message) ValueAt(at int) (Value, bool) {
	body, end := m.fieldBody(at)
	b := m.raw[body:end]
	if !m.plain() {
		return parseField(b).Value(0)
	}
	i := 2 + int(b[1])
	typ := ValueType(b[i+1])
	i += 2
	if i < len(b) && b[i] == fieldRepresentation<<3|2 {
		i += 2 + int(b[i+1])
	}
	if i == len(b) {
		return Value{}, false
	}
	size, n := varint(b, i+1)
	i += 1 + n
	switch {
	case typ <= TypeBytes:
		return Value{typ: typ, text: View(b[i : i+int(size)])}, true
	case size == 0:
		return Value{}, false
	case typ == TypeDouble:
		return Value{typ: typ, bits: binary.LittleEndian.Uint64(b[i:])}, true
	}
	bits, _ := varint(b, i)
	return Value{typ: typ, bits: bits}, true
}
