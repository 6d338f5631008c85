package message

import "encoding/binary"

// Values calls yield for each value in order, until it returns false.
func (f Field) Values(yield func(Value) bool) {
	if f.plain {
		f.plainValues(yield)
		return
	}
	if f.Type > TypeBool { // a type of a later format, whose values are not known
		return
	}
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
		v, n := f.number(b, i)
		if !yield(v) {
			return false
		}
		i += n
	}
	return true
}

// number is the number at b[i:] and its size in bytes.
func (f *Field) number(b []byte, i int) (Value, int) {
	if f.Type == TypeDouble {
		return Value{typ: TypeDouble, bits: binary.LittleEndian.Uint64(b[i:])}, 8
	}
	bits, n := varint(b, i)
	return Value{typ: f.Type, bits: bits}, n
}

// Value is the ith value (from 0).
func (f Field) Value(i int) (found Value, ok bool) {
	if i == 0 {
		return f.first()
	}
	for v := range f.Values {
		if i == 0 {
			return v, true
		}
		i--
	}
	return Value{}, false
}

func (f *Field) first() (Value, bool) {
	if f.plain {
		return f.plainValue()
	}
	for v := range f.Values {
		return v, true
	}
	return Value{}, false
}

// plainValues yields the values of a plain field.
func (f *Field) plainValues(yield func(Value) bool) {
	for i := f.values; i < len(f.raw); {
		size, n := varint(f.raw, i+1)
		body := i + 1 + n
		i = body + int(size)
		if f.Type <= TypeBytes {
			if !yield(Value{typ: f.Type, text: View(f.raw[body:i])}) {
				return
			}
			continue
		}
		for body < i {
			v, n := f.number(f.raw, body)
			if !yield(v) {
				return
			}
			body += n
		}
	}
}

// plainValue is the first value of a plain field.
func (f *Field) plainValue() (Value, bool) {
	if f.values == len(f.raw) {
		return Value{}, false
	}
	size, n := varint(f.raw, f.values+1)
	body := f.values + 1 + n
	if f.Type <= TypeBytes {
		return Value{typ: f.Type, text: View(f.raw[body : body+int(size)])}, true
	}
	if size == 0 {
		return Value{}, false
	}
	v, _ := f.number(f.raw, body)
	return v, true
}

// Only is the value of a field that has exactly one.
func (f *Field) Only() (Value, bool) {
	if !f.plain {
		if f.Len() != 1 {
			return Value{}, false
		}
		return f.Value(0)
	}
	if f.values == len(f.raw) {
		return Value{}, false
	}
	size, n := varint(f.raw, f.values+1)
	body := f.values + 1 + n
	if f.Type <= TypeBytes {
		end := body + int(size)
		return Value{typ: f.Type, text: View(f.raw[body:end])}, end == len(f.raw)
	}
	if size == 0 {
		return Value{}, false
	}
	v, n := f.number(f.raw, body)
	return v, body+n == len(f.raw)
}

// Len is the number of values.
func (f Field) Len() (n int) {
	for range f.Values {
		n++
	}
	return n
}
