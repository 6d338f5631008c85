// Package lpeg matches strings against parsing expression grammars, as Lua's LPeg does: its algebra
// of patterns, its captures, its checks and their texts. It knows no Lua: functions, tables and
// constants are values of a Host, which makes the values of captures.
//
// A Pattern is an immutable tree; combining two is O(1). Compile makes a Program of it, which a
// Machine runs.
package lpeg

import "errors"

// The texts of wrong patterns.
var (
	ErrEmptyLoop     = errors.New("loop body may accept empty string")
	ErrNotFixed      = errors.New("pattern may not have fixed length")
	ErrCaptures      = errors.New("pattern have captures")
	ErrBehindTooLong = errors.New("pattern too long to look behind")
	ErrTooBig        = errors.New("pattern too big")
	ErrTooManyValues = errors.New("too many Lua values in pattern")
)

const (
	maxBehind = 255     // bytes that Behind looks back
	maxValues = 65535   // values that a pattern holds
	maxHeight = 5000    // nesting, which costs stack when a pattern is compiled
	maxSize   = 1 << 22 // nodes of a pattern that is compiled
)

type op uint8

const (
	opTrue op = iota
	opFalse
	opText   // text
	opSet    // set
	opAny    // n bytes
	opSeq    // a b
	opChoice // a / b
	opRepeat // a*
	opAtMost // a, n times at most
	opNot
	opAnd
	opBehind // n bytes back, then a
	opRule   // name
	opGrammar
	opCapture
	opMatchTime
)

// kind is what a capture makes.
type kind uint8

const (
	kindText kind = iota
	kindPosition
	kindConstant
	kindArgument
	kindBack
	kindGroup // named if it has a value
	kindTable
	kindSubst
	kindFold
	kindCall
	kindQuery
	kindFormat
	kindSelect
	kindDynamic // a value that a match-time capture gave
)

// Name is the name of a rule or group: any comparable key, the host's value and the text that errors show.
type Name struct {
	Key   any
	Value any
	Text  string
}

// size is what looking a long name up counts, in nodes.
func (n *Name) size() int { return min(len(n.Text)/16, 1<<20) }

// Pattern is a node of a pattern's tree.
type Pattern struct {
	op       op
	kind     kind
	nullable bool // may match without consuming; as if rules were not
	nofail   bool // never fails
	headfail bool // fails at the first byte or not at all
	captures bool // has captures, its grammars included
	calls    bool // has rules that no grammar defines yet
	fixed    int32
	height   int32
	n        int32 // bytes, times, or number of a capture
	size     int   // nodes, each occurrence of a shared one
	values   *valueCount
	a, b     *Pattern
	text     string
	set      *Set
	value    any   // the capture's
	name     *Name // the group's or rule's
	grammar  *grammar
}

// valueCount is the number of host values below a pattern. Patterns that add none share it.
type valueCount struct{ n int }

var (
	truePattern  = &Pattern{op: opTrue, nullable: true, nofail: true, size: 1, height: 1}
	falsePattern = &Pattern{op: opFalse, headfail: true, size: 1, height: 1}
)

// Size is the number of nodes that the pattern's program is made of, as large as an int can be.
func (p *Pattern) Size() int { return p.size }

// True matches the empty string, False nothing.
func True() *Pattern  { return truePattern }
func False() *Pattern { return falsePattern }

// Text matches a string.
func Text(s string) *Pattern {
	if s == "" {
		return truePattern
	}
	if len(s) == 1 {
		set := SetOf(s)
		return &Pattern{op: opText, text: s, set: &set, headfail: true, fixed: 1, size: 1, height: 1}
	}
	return &Pattern{op: opText, text: s, fixed: int32(min(len(s), maxSize)), size: 1 + len(s)/16, height: 1}
}

// Any matches n bytes; for n < 0 it matches where fewer than -n are left, consuming none.
func Any(n int) *Pattern {
	switch {
	case n == 0:
		return truePattern
	case n < 0:
		return Not(Any(-n))
	}
	n = min(n, 1<<30)
	p := &Pattern{op: opAny, n: int32(n), fixed: int32(n), headfail: n == 1, size: 1, height: 1}
	if n == 1 {
		p.set = &fullSet
	}
	return p
}

// Bytes matches one byte of a set.
func Bytes(set Set) *Pattern {
	return &Pattern{op: opSet, set: &set, headfail: true, fixed: 1, size: 1, height: 1}
}

// add adds sizes, saturating.
func add(a, b int) int {
	if sum := a + b; sum >= 0 {
		return sum
	}
	return 1<<63 - 1
}

// join makes the node of two operands, with what both have in common.
func join(o op, a, b *Pattern) *Pattern {
	p := &Pattern{op: o, a: a, b: b, captures: a.captures || b.captures, calls: a.calls || b.calls, size: add(add(a.size, b.size), 1)}
	p.height = max(below(a, o), below(b, o)) + 1
	switch {
	case a.values == nil || a.values == b.values:
		p.values = b.values
	case b.values == nil:
		p.values = a.values
	default:
		p.values = &valueCount{a.values.n + b.values.n}
	}
	return p
}

// below is an operand's height; a chain of the same operator has one level, for it is compiled as a list.
func below(a *Pattern, o op) int32 {
	if a.op == o {
		return a.height - 1
	}
	return a.height
}

// wrap makes the node of one operand.
func wrap(o op, a *Pattern) *Pattern {
	return &Pattern{op: o, a: a, captures: a.captures, calls: a.calls, size: add(a.size, 1), values: a.values, height: a.height + 1}
}

func check(p *Pattern) (*Pattern, error) {
	if p.values != nil && p.values.n > maxValues {
		return nil, ErrTooManyValues
	}
	if p.height > maxHeight {
		return nil, ErrTooBig
	}
	return p, nil
}

// Seq matches a and then b.
func Seq(a, b *Pattern) (*Pattern, error) {
	if a.op == opFalse || b.op == opTrue {
		return a, nil
	}
	if a.op == opTrue {
		return b, nil
	}
	return sequence(a, b)
}

// sequence is Seq without its simplifications.
func sequence(a, b *Pattern) (*Pattern, error) {
	p := join(opSeq, a, b)
	p.nullable = a.nullable && b.nullable
	p.nofail = a.nofail && b.nofail
	p.headfail = a.headfail && b.nofail
	p.fixed = -1
	if a.fixed >= 0 && b.fixed >= 0 {
		p.fixed = min(a.fixed+b.fixed, 1<<30)
	}
	return check(p)
}

// Choice matches a, or b where a does not match.
func Choice(a, b *Pattern) (*Pattern, error) {
	switch {
	case a.set != nil && b.set != nil:
		return Bytes(a.set.union(*b.set)), nil
	case a.nofail || b.op == opFalse:
		return a, nil
	case a.op == opFalse:
		return b, nil
	}
	p := join(opChoice, a, b)
	p.nullable = a.nullable || b.nullable
	p.nofail = b.nofail
	p.headfail = a.headfail && b.headfail
	p.fixed = -1
	if a.fixed == b.fixed {
		p.fixed = a.fixed
	}
	return check(p)
}

// Except matches b where a does not match.
func Except(b, a *Pattern) (*Pattern, error) {
	if a.set != nil && b.set != nil {
		return Bytes(b.set.minus(*a.set)), nil
	}
	return Seq(Not(a), b)
}

// Not matches the empty string where a does not match.
func Not(a *Pattern) *Pattern {
	p := wrap(opNot, a)
	p.nullable = true
	return p
}

// And matches the empty string where a matches.
func And(a *Pattern) *Pattern {
	p := wrap(opAnd, a)
	p.nullable, p.nofail, p.headfail = true, a.nofail, a.headfail
	return p
}

// Behind matches the empty string where a matches what precedes it.
func Behind(a *Pattern) (*Pattern, error) {
	switch {
	case a.fixed < 0:
		return nil, ErrNotFixed
	case a.captures:
		return nil, ErrCaptures
	case a.fixed > maxBehind:
		return nil, ErrBehindTooLong
	}
	p := wrap(opBehind, a)
	p.n, p.nullable = a.fixed, true
	return check(p)
}

// Repeat matches a at least n times, or, with n < 0, -n times at most.
func Repeat(a *Pattern, n int) (*Pattern, error) {
	if n < 0 {
		p := wrap(opAtMost, a)
		p.n, p.nullable, p.nofail, p.fixed = int32(min(-n, 1<<30)), true, true, -1
		if a.fixed == 0 {
			p.fixed = 0
		}
		p.size = times(a.size, int(p.n))
		return check(p)
	}
	if a.nullable {
		return nil, ErrEmptyLoop
	}
	p := wrap(opRepeat, a)
	p.nullable, p.nofail, p.fixed = true, true, -1
	if n == 0 {
		return check(p)
	}
	must, err := power(a, n, sequence)
	if err != nil {
		return nil, err
	}
	return sequence(must, p)
}

func times(size, n int) int {
	if size > (1<<62)/n {
		return 1 << 62
	}
	return size * n
}

// Power matches a n times in sequence. It shares what it can, so it is quick for any n.
func Power(a *Pattern, n int) (*Pattern, error) {
	if n == 0 {
		return truePattern, nil
	}
	return power(a, n, Seq)
}

func power(a *Pattern, n int, join func(a, b *Pattern) (*Pattern, error)) (result *Pattern, err error) {
	for square := a; err == nil; n >>= 1 {
		if n&1 != 0 {
			if result == nil {
				result = square
			} else if result, err = join(square, result); err != nil {
				break
			}
		}
		if n == 1 {
			break
		}
		square, err = join(square, square)
	}
	return result, err
}

// Rule matches the rule of that name in the grammar around it.
func Rule(name Name) *Pattern {
	return &Pattern{op: opRule, name: &name, calls: true, fixed: -1, size: 1 + name.size(), height: 1, values: &valueCount{1}}
}
