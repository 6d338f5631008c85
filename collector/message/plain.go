package message

import "encoding/binary"

// A plain field is encoded as every known sender does it: name (shorter than 128 bytes), type,
// representation (likewise, or none), then the texts one by one or the numbers as one packed
// array, nothing else and everything once. Nearly all fields are plain, and are read without
// looking out for anything else.

// plainString is how a STRING field without representation goes on behind its name, in little endian.
const plainString = fieldType<<3 | uint32(TypeString)<<8 | (fieldRepresentation<<3|2)<<16 | 0<<24

// plainFields gives the offset behind the plain fields that follow each other from i on.
func plainFields(raw []byte, i int) int {
	for i+2 <= len(raw) && raw[i] == tagField<<3|2 {
		size, start := int(raw[i+1]), i+2
		if size >= 0x80 {
			if start == len(raw) || raw[start] >= 0x80 {
				return i
			}
			size, start = size&0x7f|int(raw[start])<<7, i+3
		}
		if size > len(raw)-start || !plainField(raw[start:start+size]) {
			return i
		}
		i = start + size
	}
	return i
}

// plainField tells whether b is the encoding of a plain field.
func plainField(b []byte) bool {
	if len(b) < 4 || b[0] != fieldName<<3|2 || b[1] >= 0x80 {
		return false
	}
	i := 2 + int(b[1])
	if i+6 <= len(b) {
		head := b[i : i+6]
		if binary.LittleEndian.Uint32(head) == plainString && head[4] == fieldString<<3|2 && i+6+int(head[5]) == len(b) {
			return head[5] < 0x80 // one short text: most fields
		}
	}
	return plainRest(b, i)
}

// plainRest checks what follows the name, up to i.
func plainRest(b []byte, i int) bool {
	if i+2 > len(b) || b[i] != fieldType<<3 || b[i+1] > byte(TypeBool) {
		return false
	}
	typ := b[i+1]
	i += 2
	if i+2 <= len(b) && b[i] == fieldRepresentation<<3|2 {
		if b[i+1] >= 0x80 {
			return false
		}
		i += 2 + int(b[i+1])
	}
	if typ <= byte(TypeBytes) {
		return plainTexts(b, i, (fieldString+typ)<<3|2)
	}
	return i == len(b) || plainNumbers(b, i, typ)
}

// plainTexts tells whether b[i:] consists of texts under one tag.
func plainTexts(b []byte, i int, tag byte) bool {
	for i+1 < len(b) && b[i] == tag {
		size, n := uint64(b[i+1]), 1
		if size >= 0x80 {
			size, n = varint(b, i+1)
		}
		i += 1 + n
		if n == 0 || size > uint64(len(b)) {
			return false
		}
		i += int(size)
	}
	return i == len(b)
}

// plainNumbers tells whether b[i:] is one packed array of numbers.
func plainNumbers(b []byte, i int, typ byte) bool {
	if i >= len(b) || b[i] != (fieldString+typ)<<3|2 {
		return false
	}
	size, n := varint(b, i+1)
	i += 1 + n
	if n == 0 || size != uint64(len(b)-i) {
		return false
	}
	if typ == byte(TypeDouble) {
		return size%8 == 0
	}
	if size < 10 && size > 0 {
		return b[len(b)-1] < 0x80 // none can be too long
	}
	for i < len(b) {
		_, n := varint(b, i)
		if n == 0 {
			return false
		}
		i += n
	}
	return true
}

// plainBody is where the plain field lies whose tag is at i.
func plainBody(raw []byte, i int) (body, end int) {
	size := int(raw[i+1])
	if size < 0x80 {
		return i + 2, i + 2 + size
	}
	long, n := varint(raw, i+1)
	return i + 1 + n, i + 1 + n + int(long)
}

// plainNames calls yield for each of the plain fields from i on.
func plainNames(raw []byte, i int, yield func(name string, at int) bool) {
	for i < len(raw) {
		body, end := plainBody(raw, i)
		if !yield(plainName(raw[body:end]), i) {
			return
		}
		i = end
	}
}

// findPlain is the nth field of a name among the plain fields from i on.
func findPlain(raw []byte, i int, name string, nth int) (f Field, ok bool) {
	for i < len(raw) {
		body, end := plainBody(raw, i)
		if int(raw[body+1]) == len(name) && plainName(raw[body:end]) == name {
			if nth == 0 {
				f.setPlain(raw[body:end])
				return f, true
			}
			nth--
		}
		i = end
	}
	return Field{}, false
}

func plainName(b []byte) string { return View(b[2 : 2+int(b[1])]) }

// setPlain makes f the plain field that b encodes.
func (f *Field) setPlain(b []byte) {
	i := 2 + int(b[1])
	f.Name, f.Representation, f.Type, f.plain, f.raw = View(b[2:i]), "", ValueType(b[i+1]), true, b
	i += 2
	if i < len(b) && b[i] == fieldRepresentation<<3|2 {
		start := i + 2
		i = start + int(b[i+1])
		f.Representation = View(b[start:i])
	}
	f.values = i
}
