package lua

import (
	"math"
	"unsafe"
)

// This file is the only one that uses package unsafe.
//
// A Value is a pointer and a word. A number has the address of numberTag as its pointer and its bits
// as its word. All other words lie in the space of NaNs that arithmetic does not make (their upper 16
// bits are above those of the canonical NaN; Number makes every NaN canonical), so that a word alone
// tells a table, function, boolean, userdata or thread. Their pointer is the object, with the type
// that the word names; nobody changes one without the other. A string's pointer is its first byte, and
// the lower 48 bits of its word are its length; the bytes are never written again. nil is the zero
// Value: so are fresh memory and cleared slots.
//
// regs are a function's registers or constants by index. The compiler never names a register beyond
// the function's maxStack, nor a constant beyond its list, and a function runs only while the stack
// has maxStack slots above its base. The pointer must be taken again after anything that can grow
// the stack.
const (
	tagShift          = 48
	tagCanonical      = 0xFFF8 // the upper 16 bits of the canonical NaN
	tagBool           = 0xFFF9
	tagString         = 0xFFFA
	tagTable          = 0xFFFB
	tagClosure        = 0xFFFC
	tagNative         = 0xFFFD
	tagUserdata       = 0xFFFE
	tagThread         = 0xFFFF
	wordFalse         = tagBool << tagShift
	wordTrue          = wordFalse | 1
	wordString        = tagString << tagShift
	wordTable         = tagTable << tagShift
	wordClosure       = tagClosure << tagShift
	wordNative        = tagNative << tagShift
	wordUserdata      = tagUserdata << tagShift
	wordThread        = tagThread << tagShift
	wordNone          = 1 // with a nil pointer: no value
	lengthMask        = 1<<tagShift - 1
	valueSize         = unsafe.Sizeof(Value{})
	canonicalNaN      = tagCanonical << tagShift
	canonicalPositive = 0x7FF8 << tagShift
)

// Value is one Lua value. The zero Value is nil.
type Value struct {
	p unsafe.Pointer
	n uint64
}

var numberTag, boolTag, deadTag, emptyBytes byte

var (
	numberPtr = unsafe.Pointer(&numberTag)
	falseWord = Value{unsafe.Pointer(&boolTag), wordFalse}
	trueWord  = Value{unsafe.Pointer(&boolTag), wordTrue}
)

func (v Value) isNumber() bool      { return v.p == unsafe.Pointer(&numberTag) }
func (v *Value) num() bool          { return v.p == unsafe.Pointer(&numberTag) }
func (v Value) isNil() bool         { return v.p == nil }
func (v Value) isFalse() bool       { return v.p == nil || v.n == wordFalse }
func (v Value) isString() bool      { return v.n>>tagShift == tagString }
func (v Value) float() float64      { return math.Float64frombits(v.n) }
func (v Value) table() *Table       { return (*Table)(v.p) }
func (v Value) closure() *closure   { return (*closure)(v.p) }
func (v Value) native() *native     { return (*native)(v.p) }
func (v Value) userdata() *userdata { return (*userdata)(v.p) }
func (v Value) thread() *thread     { return (*thread)(v.p) }
func (v Value) strLen() int         { return int(v.n & lengthMask) }
func (v Value) str() string         { return unsafe.String((*byte)(v.p), int(v.n&lengthMask)) }
func (v Value) address() uintptr    { return uintptr(v.p) }

// setNumber avoids the store of a pointer where it is there already.
func (v *Value) setNumber(f float64) {
	if v.p != unsafe.Pointer(&numberTag) {
		v.p = unsafe.Pointer(&numberTag)
	}
	v.n = math.Float64bits(f)
}

func (v *Value) setBool(b bool) {
	v.p = unsafe.Pointer(&boolTag)
	v.n = wordFalse
	if b {
		v.n = wordTrue
	}
}

func rawNumber(f float64) Value { return Value{unsafe.Pointer(&numberTag), math.Float64bits(f)} }

func stringValue(s string) Value {
	if len(s) == 0 {
		return Value{unsafe.Pointer(&emptyBytes), wordString}
	}
	return Value{unsafe.Pointer(unsafe.StringData(s)), wordString | uint64(len(s))}
}

func tableValue(t *Table) Value       { return Value{unsafe.Pointer(t), wordTable} }
func closureValue(c *closure) Value   { return Value{unsafe.Pointer(c), wordClosure} }
func nativeValue(f *native) Value     { return Value{unsafe.Pointer(f), wordNative} }
func userdataValue(u *userdata) Value { return Value{unsafe.Pointer(u), wordUserdata} }
func threadValue(th *thread) Value    { return Value{unsafe.Pointer(th), wordThread} }

// deadKey stands for a key whose value is gone: it keeps the address, for a traversal that is still
// at it, but not the object.
func deadKey(v Value) Value { return Value{unsafe.Pointer(&deadTag), uint64(uintptr(v.p))} }

func (v Value) isDeadKey() bool { return v.p == unsafe.Pointer(&deadTag) }

// bytesText is a string of bytes that nobody writes any more.
func bytesText(b []byte) string { return unsafe.String(unsafe.SliceData(b), len(b)) }

// ends are all bytes of a string of 1 to 16, those in the middle twice.
func ends(s string) (a, b uint64) {
	p, n := unsafe.Pointer(unsafe.StringData(s)), len(s)
	switch {
	case n >= 8:
		return *(*uint64)(p), *(*uint64)(unsafe.Add(p, n-8))
	case n >= 4:
		return uint64(*(*uint32)(p)), uint64(*(*uint32)(unsafe.Add(p, n-4)))
	}
	return uint64(s[0])<<16 | uint64(s[n>>1])<<8 | uint64(s[n-1]), 0
}

// head is the first node of the chain of a hash. heads are as many as there is room for nodes.
func (t *Table) head(h uint32) *int32 {
	return (*int32)(unsafe.Add(unsafe.Pointer(t.heads), uintptr(h&(t.room-1))*unsafe.Sizeof(*t.heads)))
}

type regs struct{ p unsafe.Pointer }

func (r regs) at(i uint64) *Value { return (*Value)(unsafe.Add(r.p, uintptr(i)*valueSize)) }

func regsOf(s []Value, base int) regs { return regs{unsafe.Pointer(&s[base])} }

func constsOf(s []Value) regs { return regs{unsafe.Pointer(unsafe.SliceData(s))} }

// indexIn is the position of a slot in a slice, -1 where it is no part of it.
func indexIn(v *Value, s []Value) int {
	at := uintptr(unsafe.Pointer(v)) - uintptr(unsafe.Pointer(unsafe.SliceData(s)))
	if i := at / valueSize; i < uintptr(len(s)) {
		return int(i)
	}
	return -1
}
