package message

import (
	"encoding/binary"
	"math"
	"math/bits"
	"unsafe"
)

// ValueType is the type of a field's values, with the numbers of the wire format.
type ValueType uint8

// The value types of a field.
const (
	TypeString  ValueType = 0
	TypeBytes   ValueType = 1
	TypeInteger ValueType = 2
	TypeDouble  ValueType = 3
	TypeBool    ValueType = 4
)

var valueTypeNames = [...]string{"string", "bytes", "integer", "double", "bool"}

// String gives the name that the text forms use: string, bytes, integer, double or bool.
func (t ValueType) String() string {
	if int(t) < len(valueTypeNames) {
		return valueTypeNames[t]
	}
	return "unknown"
}

// Value is one value of a field. Text is a view: it lives as long as what it was taken from.
type Value struct {
	text string
	bits uint64
	typ  ValueType
}

// StringValue, BytesValue, IntValue, FloatValue and BoolValue make a Value of their type.
func StringValue(s string) Value { return Value{typ: TypeString, text: s} }
func BytesValue(b []byte) Value  { return Value{typ: TypeBytes, text: View(b)} }
func IntValue(i int64) Value     { return Value{typ: TypeInteger, bits: uint64(i)} }
func FloatValue(f float64) Value { return Value{typ: TypeDouble, bits: math.Float64bits(f)} }
func BoolValue(b bool) (v Value) {
	v.typ = TypeBool
	if b {
		v.bits = 1
	}
	return v
}

// Type is the value's type.
func (v Value) Type() ValueType { return v.typ }

// Text is the value of a STRING or BYTES field, else "".
func (v Value) Text() string { return v.text }

// Int is the value of an INTEGER field.
func (v Value) Int() int64 { return int64(v.bits) }

// Float is the value of a DOUBLE field.
func (v Value) Float() float64 { return math.Float64frombits(v.bits) }

// Bool is the value of a BOOL field.
func (v Value) Bool() bool { return v.bits != 0 }

// Number gives an INTEGER or DOUBLE value as a float64.
func (v Value) Number() (float64, bool) {
	switch v.typ {
	case TypeInteger:
		return float64(int64(v.bits)), true
	case TypeDouble:
		return v.Float(), true
	}
	return 0, false
}

// View is b as a string without a copy: it changes when b does, so it must not outlive b's use.
func View(b []byte) string { return unsafe.String(unsafe.SliceData(b), len(b)) }

func bytesView(s string) []byte { return unsafe.Slice(unsafe.StringData(s), len(s)) }

// varint reads a base-128 number at raw[i:]; n is the number of bytes, 0 when it is cut or longer than ten.
func varint(raw []byte, i int) (v uint64, n int) {
	if i < len(raw) && raw[i] < 0x80 {
		return uint64(raw[i]), 1
	}
	return longVarint(raw, i)
}

// longVarint is varint for any number; those near the end are read byte by byte, others at once.
func longVarint(raw []byte, i int) (v uint64, n int) {
	if i+10 > len(raw) {
		if i > len(raw) {
			return 0, 0
		}
		if v, n = binary.Uvarint(raw[i:]); n < 0 {
			n = 0
		}
		return v, n
	}
	b := raw[i : i+10]
	w := binary.LittleEndian.Uint64(b)
	const tops = 0x8080808080808080
	if ends := ^w & tops; ends != 0 {
		n = bits.TrailingZeros64(ends)/8 + 1
		return sevens(w & (1<<(8*n) - 1)), n
	}
	v = sevens(w)
	if b[8] < 0x80 {
		return v | uint64(b[8])<<56, 9
	}
	if b[9] > 1 {
		return 0, 0
	}
	return v | uint64(b[8]&0x7f)<<56 | uint64(b[9])<<63, 10
}

// sevens joins the lower seven bits of eight bytes.
func sevens(w uint64) uint64 {
	w = w&0x007f007f007f007f | w&0x7f007f007f007f00>>1
	w = w&0x00003fff00003fff | w&0x3fff00003fff0000>>2
	return w&0x000000000fffffff | w&0x0fffffff00000000>>4
}

// varintSize is the number of bytes that a number takes.
func varintSize(v uint64) int { return (bits.Len64(v|1) + 6) / 7 }
