package message

// A plain field is encoded as every known sender does it: name (shorter than 128 bytes), type,
// representation (likewise, or none), then the texts one by one or the numbers as one packed
// array, nothing else and everything once. Nearly all fields are plain, and are read without
// looking out for anything else.

// plainField tells whether b is the encoding of a plain field.
func plainField(b []byte) bool {
	if len(b) < 4 || b[0] != fieldName<<3|2 || b[1] >= 0x80 {
		return false
	}
	i := 2 + int(b[1])
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
	for i < len(b) {
		_, n := varint(b, i)
		if n == 0 {
			return false
		}
		i += n
	}
	return true
}

func plainName(b []byte) string { return View(b[2 : 2+int(b[1])]) }

// parsePlain reads the head of a plain field.
func parsePlain(b []byte) Field {
	i := 2 + int(b[1])
	f := Field{Name: View(b[2:i]), Type: ValueType(b[i+1]), plain: true, raw: b}
	i += 2
	if i < len(b) && b[i] == fieldRepresentation<<3|2 {
		start := i + 2
		i = start + int(b[i+1])
		f.Representation = View(b[start:i])
	}
	f.values = i
	return f
}
