package lua

import (
	"math"
	"strings"

	"lma_collector/collector/sandbox/stdlib/libm"
)

// metaEvent names a metamethod. The first ones are noted in tables that do not have them.
type metaEvent uint8

const (
	tmIndex metaEvent = iota
	tmNewindex
	tmMode
	tmEq
	tmGC
	tmAdd
	tmSub
	tmMul
	tmDiv
	tmMod
	tmPow
	tmUnm
	tmLen
	tmLt
	tmLe
	tmConcat
	tmCall
	tmTostring
	tmMetatable
	tmCount
)

var (
	metaNames = [tmCount]string{
		"__index", "__newindex", "__mode", "__eq", "__gc", "__add", "__sub", "__mul", "__div", "__mod", "__pow", "__unm",
		"__len", "__lt", "__le", "__concat", "__call", "__tostring", "__metatable",
	}
	metaKeys, metaHashes = func() (keys [tmCount]Value, hashes [tmCount]uint32) {
		for i, name := range metaNames {
			keys[i], hashes[i] = stringValue(name), hashText(name)
		}
		return keys, hashes
	}()
)

// fast is a metamethod of a metatable.
func (t *Table) fast(e metaEvent) Value {
	if t.absent&(1<<e) != 0 {
		return Value{}
	}
	v := t.getText(metaKeys[e], metaHashes[e])
	if v.isNil() {
		t.absent |= 1 << e
	}
	return v
}

func (in *Interp) metatable(v Value) *Table {
	switch v.n {
	case wordTable:
		return v.table().meta
	case wordUserdata:
		return v.userdata().meta
	}
	return in.metas[v.Kind()]
}

func (th *thread) metamethod(v Value, e metaEvent) Value {
	if mt := th.in.metatable(v); mt != nil {
		return mt.fast(e)
	}
	return Value{}
}

// callMeta calls a metamethod, or any value that can be called, above what the current call uses, and
// gives its first result.
func (th *thread) callMeta(m Value, args ...Value) Value {
	saved, at := th.top, th.top
	if th.ci.cl != nil {
		at = th.ci.top
	}
	th.grow(at, len(args)+1+nativeSlots)
	th.stack[at] = m
	copy(th.stack[at+1:], args)
	th.top = at + 1 + len(args)
	th.callAt(at, len(args), 1)
	th.top = saved
	return th.stack[at]
}

func modulo(a, b float64) float64 { return a - math.Floor(a/b)*b }

// arith computes an operation on numbers.
func arith(op opcode, a, b float64) float64 {
	switch op {
	case opAdd:
		return a + b
	case opSub:
		return a - b
	case opMul:
		return a * b
	case opDiv:
		return a / b
	case opMod:
		return modulo(a, b)
	case opPow:
		return power(a, b)
	}
	return -a
}

// powerCost is what a power costs in instructions besides its own: the exact result takes a while.
const powerCost = 4

// power is C's pow.
func power(a, b float64) float64 {
	switch b {
	case 2:
		return a * a
	case 0.5:
		if a > 0 {
			return math.Sqrt(a)
		}
	}
	return libm.Pow(a, b)
}

// arithmetic is an operation on any values.
func (th *thread) arithmetic(op opcode, a, b Value, i instr) Value {
	x, ok1 := th.in.toNumber(a)
	if ok1 {
		if y, ok2 := th.in.toNumber(b); ok2 {
			return Number(arith(op, x, y))
		}
	}
	e := tmAdd + metaEvent(op-opAdd)
	m := th.metamethod(a, e)
	if m.isNil() {
		m = th.metamethod(b, e)
	}
	if m.isNil() {
		culprit, at := a, i.b()
		if ok1 && op != opUnm {
			culprit, at = b, i.c()
		}
		th.typeError(culprit, th.operandSlot(at), "perform arithmetic on")
	}
	return th.callMeta(m, a, b)
}

// operandSlot is the slot of an operand, -1 for a constant.
func (th *thread) operandSlot(at int) int {
	if at&constBit != 0 {
		return -1
	}
	return th.ci.base + at
}

func (th *thread) lengthOf(v Value, at int) Value {
	if v.isString() {
		return rawNumber(float64(v.strLen()))
	}
	if v.n == wordTable {
		return rawNumber(float64(v.table().length()))
	}
	m := th.metamethod(v, tmLen)
	if m.isNil() {
		th.typeError(v, at, "get length of")
	}
	return th.callMeta(m, v, Value{})
}

// slowNumber is what a text costs in instructions whose number cannot be found quickly.
const slowNumber = 24

// toNumber is AsNumber that charges for a long text.
func (in *Interp) toNumber(v Value) (float64, bool) {
	if v.isNumber() {
		return v.float(), true
	}
	if !v.isString() {
		return 0, false
	}
	in.work(v.strLen())
	f, slow, ok := parseNumber(v.str())
	if in.fuel--; slow {
		in.fuel -= slowNumber + v.strLen()>>2
	}
	return f, ok
}

// rawEqual is equality without metamethods, which charges for long texts.
func (in *Interp) rawEqual(a, b Value) bool {
	if a.n == b.n && a.isString() {
		in.work(a.strLen() / 8)
	}
	return rawEqual(a, b)
}

// equal is == with metamethods.
func (th *thread) equal(a, b Value) bool {
	if th.in.rawEqual(a, b) {
		return true
	}
	if a.n != b.n || a.n != wordTable && a.n != wordUserdata {
		return false
	}
	m := th.common(a, b, tmEq)
	return !m.isNil() && th.callMeta(m, a, b).Truth()
}

// common is a metamethod that both values have, the same one.
func (th *thread) common(a, b Value, e metaEvent) Value {
	m := th.metamethod(a, e)
	if m.isNil() || th.in.metatable(a) == th.in.metatable(b) {
		return m
	}
	if rawEqual(m, th.metamethod(b, e)) {
		return m
	}
	return Value{}
}

func (th *thread) less(a, b Value) bool {
	switch {
	case a.isNumber() && b.isNumber():
		return a.float() < b.float()
	case a.isString() && b.isString():
		return th.compareText(a, b) < 0
	}
	result, ok := th.order(a, b, tmLt)
	if !ok {
		th.orderError(a, b)
	}
	return result
}

func (th *thread) lessEqual(a, b Value) bool {
	switch {
	case a.isNumber() && b.isNumber():
		return a.float() <= b.float()
	case a.isString() && b.isString():
		return th.compareText(a, b) <= 0
	}
	if result, ok := th.order(a, b, tmLe); ok {
		return result
	}
	result, ok := th.order(b, a, tmLt)
	if !ok {
		th.orderError(a, b)
	}
	return !result
}

func (th *thread) compareText(a, b Value) int {
	th.in.work(min(a.strLen(), b.strLen()) / 8)
	return strings.Compare(a.str(), b.str())
}

// order asks a metamethod of values of one kind.
func (th *thread) order(a, b Value, e metaEvent) (result, ok bool) {
	if a.Kind() != b.Kind() {
		return false, false
	}
	m := th.common(a, b, e)
	if m.isNil() {
		return false, false
	}
	return th.callMeta(m, a, b).Truth(), true
}

// concat joins the values of slots, from the right.
func (th *thread) concat(first, last int) Value {
	for last > first {
		a, b := th.stack[last-1], th.stack[last]
		if !(isText(a) && isText(b)) {
			m := th.metamethod(a, tmConcat)
			if m.isNil() {
				m = th.metamethod(b, tmConcat)
			}
			if m.isNil() {
				th.concatError(a, b, last-1, last)
			}
			v := th.callMeta(m, a, b)
			last--
			th.stack[last] = v
			continue
		}
		from := last - 1
		for from > first && isText(th.stack[from-1]) {
			from--
		}
		th.stack[from] = th.join(from, last)
		last = from
	}
	return th.stack[first]
}

func isText(v Value) bool { return v.isString() || v.isNumber() }

// join makes one string of strings and numbers.
func (th *thread) join(first, last int) Value {
	var digits [48]byte
	total := 0
	for i := first; i <= last; i++ {
		if v := th.stack[i]; v.isString() {
			total += v.strLen()
		} else {
			total += 24
		}
	}
	if first+1 == last { // nothing is copied for an empty string
		a, b := th.stack[first], th.stack[last]
		if b.isString() && b.strLen() == 0 && a.isString() {
			return a
		}
		if a.isString() && a.strLen() == 0 && b.isString() {
			return b
		}
	}
	th.in.chargeText(total)
	th.in.work(total >> 4)
	out := make([]byte, 0, total)
	for i := first; i <= last; i++ {
		if v := th.stack[i]; v.isString() {
			out = append(out, v.str()...)
		} else {
			out = append(out, appendNumber(digits[:0], v.float())...)
		}
	}
	return stringValue(bytesText(out))
}
