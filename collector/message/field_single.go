package message

import "encoding/binary"

// ReadSingle reads the field at an offset, 0 for the first, like ReadField, but only one that is
// encoded as senders do and has exactly one value: nearly every field. It gives the offset of the
// next field. It is not ok for any other field, which ReadField then reads, and at the end.
func (m *Message) ReadSingle(at int) (name string, v Value, next int, ok bool) {
	if !m.plain() {
		return "", v, at, false
	}
	raw := m.raw
	if at == 0 {
		at = int(m.fields)
	}
	if at >= len(raw) {
		return "", v, at, false
	}
	body := at + 2
	if next = body + int(raw[at+1]); raw[at+1] >= 0x80 {
		body, next = plainBody(raw, at)
	}
	b := raw[body:next]
	i := 2 + int(b[1])
	name = View(b[2:i])
	if i+6 <= len(b) && binary.LittleEndian.Uint32(b[i:]) == plainString && i+6+int(b[i+5]) == len(b) && b[i+5] < 0x80 {
		return name, Value{text: View(b[i+6:])}, next, true // one short text: most fields
	}
	v.typ = ValueType(b[i+1])
	if i += 2; i < len(b) && b[i] == fieldRepresentation<<3|2 {
		i += 2 + int(b[i+1])
	}
	if i == len(b) {
		return "", v, at, false
	}
	size, n := int(b[i+1]), 1
	if size >= 0x80 {
		long, k := binary.Uvarint(b[i+1:])
		size, n = int(long), k
	}
	i += 1 + n
	switch {
	case v.typ <= TypeBytes:
		if i+size != len(b) {
			return "", v, at, false
		}
		v.text = View(b[i:])
	case v.typ == TypeDouble:
		if size != 8 {
			return "", v, at, false
		}
		v.bits = binary.LittleEndian.Uint64(b[i:])
	default:
		if size == 0 {
			return "", v, at, false
		}
		var n int
		if v.bits, n = varint(b, i); i+n != len(b) {
			return "", v, at, false
		}
	}
	return name, v, next, true
}
