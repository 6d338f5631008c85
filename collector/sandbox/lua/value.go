// Package lua runs Lua 5.1: a compiler, a register machine that counts each instruction and each
// byte, and what native functions see of it. Results and error texts are those of the C
// implementation.
package lua

import "math"

// Kind is the type of a Lua value.
type Kind uint8

// The kinds of values. None is what lies beyond the last argument of a call.
const (
	KindNone Kind = iota
	KindNil
	KindBool
	KindNumber
	KindString
	KindTable
	KindFunction
	KindUserdata
	KindThread
)

var kindNames = [...]string{"no value", "nil", "boolean", "number", "string", "table", "function", "userdata", "thread"}

// String is the name that Lua's type() and its error texts use.
func (k Kind) String() string {
	if int(k) < len(kindNames) {
		return kindNames[k]
	}
	return "unknown"
}

// Nil is Lua's nil.
var Nil = Value{}

var none = Value{n: wordNone}

// Bool makes a boolean.
func Bool(b bool) Value {
	if b {
		return trueWord
	}
	return falseWord
}

// Number makes a number.
func Number(f float64) Value {
	if f != f {
		if math.Signbit(f) {
			return Value{numberPtr, canonicalNaN}
		}
		return Value{numberPtr, canonicalPositive}
	}
	return rawNumber(f)
}

// String makes a string. Its bytes must not change afterwards; a part of a much longer string keeps
// all of that in memory, uncounted.
func String(s string) Value { return stringValue(s) }

// kinds are the kinds by the tag of the word, from tagBool on.
var kinds = [...]Kind{KindBool, KindString, KindTable, KindFunction, KindFunction, KindUserdata, KindThread}

// Kind is the value's type.
func (v Value) Kind() Kind {
	switch {
	case v.p == numberPtr:
		return KindNumber
	case v.p == nil:
		if v.n == wordNone {
			return KindNone
		}
		return KindNil
	case v.n>>tagShift < tagBool: // a dead key
		return KindNil
	}
	return kinds[v.n>>tagShift-tagBool]
}

// IsNil tells whether the value is nil or none.
func (v Value) IsNil() bool { return v.isNil() }

// Truth is how the value counts in a condition.
func (v Value) Truth() bool { return !v.isFalse() }

// Float is the value of a number, without coercion; 0 for any other kind.
func (v Value) Float() float64 {
	if v.isNumber() {
		return v.float()
	}
	return 0
}

// Text is the value of a string, without coercion; "" for any other kind.
func (v Value) Text() string {
	if v.isString() {
		return v.str()
	}
	return ""
}

// Ref is the identity of a table, function, userdata or thread, to compare and to use as the key of a
// map; nil for any other kind.
func (v Value) Ref() any {
	switch v.n >> tagShift {
	case tagTable:
		return v.table()
	case tagClosure:
		return v.closure()
	case tagNative:
		return v.native()
	case tagUserdata:
		return v.userdata()
	case tagThread:
		return v.thread()
	}
	return nil
}

// AsNumber is the value as arithmetic sees it: a number or a numeric string.
func (v Value) AsNumber() (float64, bool) {
	if v.isNumber() {
		return v.float(), true
	}
	if v.isString() {
		return ParseNumber(v.str())
	}
	return 0, false
}

// AsText is the value as concatenation sees it: a string or a number's text.
func (v Value) AsText() (string, bool) {
	if v.isString() {
		return v.str(), true
	}
	if v.isNumber() {
		return FormatNumber(v.float()), true
	}
	return "", false
}

// AsTable is the table that the value is.
func (v Value) AsTable() (*Table, bool) {
	if v.n == wordTable {
		return v.table(), true
	}
	return nil, false
}

// AsObject is the payload of a userdata, nil for any other kind.
func (v Value) AsObject() any {
	if v.n == wordUserdata {
		return v.userdata().object
	}
	return nil
}

// rawEqual is equality without metamethods.
func rawEqual(a, b Value) bool {
	if a.isNumber() && b.isNumber() {
		return a.float() == b.float()
	}
	if a.p == b.p && a.n == b.n {
		return true
	}
	return a.n == b.n && a.isString() && a.str() == b.str()
}

// native is a function of the host.
type native struct {
	f     Function
	name  string
	holds any // what it keeps, Sized or Referrer; nil for those that interpreters share
	mark  uint32
	kind  nativeKind
}

// nativeKind marks what the machine itself must know.
type nativeKind uint8

const (
	nativePlain  nativeKind = iota
	nativeNext              // next: loops take a short way
	nativeStep              // the iterator of ipairs, likewise
	nativeNumber            // tonumber: captures take a short way
)

// userdata is an object of the host.
type userdata struct {
	object any
	meta   *Table
	mark   uint32
	proxy  bool // newproxy made it
	doomed bool // its finalizer runs, or has run
}
