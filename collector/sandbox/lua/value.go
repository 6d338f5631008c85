// Package lua is what the host's functions and modules see of a Lua interpreter: values, tables,
// calls and the interpreter itself, as interfaces of our own. Nothing outside package gopher knows
// which interpreter runs the scripts.
package lua

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

// Value is one Lua value. The zero Value is KindNone and counts as nil. Tables, functions and
// userdata are references that only the interpreter they came from understands.
type Value struct {
	kind Kind
	num  float64
	text string
	ref  any
}

// Nil is Lua's nil.
var Nil = Value{kind: KindNil}

// Bool, Number and String make values of Go ones.
func Bool(b bool) Value {
	v := Value{kind: KindBool}
	if b {
		v.num = 1
	}
	return v
}
func Number(f float64) Value { return Value{kind: KindNumber, num: f} }
func String(s string) Value  { return Value{kind: KindString, text: s} }

// Reference makes the value of a table (ref is a Table), userdata (ref is a Userdata), function or
// thread. Interpreters use it.
func Reference(kind Kind, ref any) Value { return Value{kind: kind, ref: ref} }

// Kind is the value's type.
func (v Value) Kind() Kind { return v.kind }

// IsNil tells whether the value is nil or none.
func (v Value) IsNil() bool { return v.kind <= KindNil }

// Truth is how the value counts in a condition.
func (v Value) Truth() bool { return v.kind > KindBool || v.kind == KindBool && v.num != 0 }

// Float is the value of a number, without coercion; 0 for any other kind.
func (v Value) Float() float64 { return v.num }

// Text is the value of a string, without coercion; "" for any other kind.
func (v Value) Text() string { return v.text }

// Ref is the interpreter's reference of a table, function, userdata or thread.
func (v Value) Ref() any { return v.ref }

// AsNumber is the value as arithmetic sees it: a number or a numeric string.
func (v Value) AsNumber() (float64, bool) {
	switch v.kind {
	case KindNumber:
		return v.num, true
	case KindString:
		return ParseNumber(v.text)
	}
	return 0, false
}

// AsText is the value as concatenation sees it: a string or a number's text.
func (v Value) AsText() (string, bool) {
	switch v.kind {
	case KindString:
		return v.text, true
	case KindNumber:
		return FormatNumber(v.num), true
	}
	return "", false
}

// AsTable is the table that the value refers to.
func (v Value) AsTable() (Table, bool) {
	t, ok := v.ref.(Table)
	return t, ok && v.kind == KindTable
}

// AsObject is the payload of a userdata, nil for any other kind.
func (v Value) AsObject() any {
	if u, ok := v.ref.(Userdata); ok {
		return u.Object()
	}
	return nil
}
