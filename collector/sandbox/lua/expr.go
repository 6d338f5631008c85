package lua

import "math"

type exprKind uint8

const (
	exVoid    exprKind = iota
	exNil              // and the other constants
	exTrue             //
	exFalse            //
	exConst            // info: index
	exNumber           // num
	exLocal            // info: register
	exUpval            // info: index
	exGlobal           // info: constant of its name
	exIndexed          // info: register of the table, aux: RK of the key
	exJump             // info: instruction
	exOpen             // info: instruction whose A is not set yet
	exFixed            // info: register
	exCall             // info: instruction
	exVararg           // info: instruction
)

// expr is an expression that is not in a register yet. t and f are the jumps that leave it true and
// false.
type expr struct {
	kind      exprKind
	info, aux int
	num       float64
	t, f      int
}

func newExpr(k exprKind, info int) expr { return expr{kind: k, info: info, t: noJump, f: noJump} }

func (e *expr) set(k exprKind, info int) { e.kind, e.info = k, info }
func (e *expr) hasJumps() bool           { return e.t != e.f }
func (e *expr) isNumeral() bool          { return e.kind == exNumber && e.t == noJump && e.f == noJump }
func (e *expr) isMulti() bool            { return e.kind == exCall || e.kind == exVararg }

// setReturns gives a call or vararg the number of its results, -1 for all.
func (fs *funcState) setReturns(e *expr, n int) {
	switch e.kind {
	case exCall:
		fs.code[e.info].setC(n + 1)
	case exVararg:
		i := &fs.code[e.info]
		i.setB(n + 1)
		i.setA(fs.free)
		fs.reserve(1)
	}
}

func (fs *funcState) setOneReturn(e *expr) {
	switch e.kind {
	case exCall:
		e.set(exFixed, fs.code[e.info].a())
	case exVararg:
		fs.code[e.info].setB(2)
		e.kind = exOpen
	}
}

// load turns a variable into its value.
func (fs *funcState) load(e *expr) {
	switch e.kind {
	case exLocal:
		e.kind = exFixed
	case exUpval:
		e.set(exOpen, fs.emitABC(opGetUpval, 0, e.info, 0))
	case exGlobal:
		e.set(exOpen, fs.emitABx(opGetGlobal, 0, e.info))
	case exIndexed:
		fs.release(e.aux)
		fs.release(e.info)
		e.set(exOpen, fs.emitABC(opGetTable, 0, e.info, e.aux))
	case exCall, exVararg:
		fs.setOneReturn(e)
	}
}

// intoRegister puts the value, without its jumps, in a register.
func (fs *funcState) intoRegister(e *expr, reg int) {
	fs.load(e)
	switch e.kind {
	case exNil:
		fs.loadNil(reg, 1)
	case exTrue:
		fs.emitABC(opLoadBool, reg, 1, 0)
	case exFalse:
		fs.emitABC(opLoadBool, reg, 0, 0)
	case exConst:
		fs.emitABx(opLoadK, reg, e.info)
	case exNumber:
		fs.emitABx(opLoadK, reg, fs.constant(rawNumber(e.num)))
	case exOpen:
		fs.code[e.info].setA(reg)
	case exFixed:
		if e.info != reg {
			fs.emitABC(opMove, reg, e.info, 0)
		}
	default:
		return
	}
	e.set(exFixed, reg)
}

func (fs *funcState) anyRegister(e *expr) {
	if e.kind != exFixed {
		fs.reserve(1)
		fs.intoRegister(e, fs.free-1)
	}
}

// toRegister puts the value of the whole expression in a register.
func (fs *funcState) toRegister(e *expr, reg int) {
	fs.intoRegister(e, reg)
	if e.kind == exJump {
		e.t = fs.join(e.t, e.info)
	}
	if e.hasJumps() {
		whenFalse, whenTrue := noJump, noJump
		if fs.needValue(e.t) || fs.needValue(e.f) {
			skip := noJump
			if e.kind != exJump {
				skip = fs.jump()
			}
			fs.here()
			whenFalse = fs.emitABC(opLoadBool, reg, 0, 1)
			fs.here()
			whenTrue = fs.emitABC(opLoadBool, reg, 1, 0)
			fs.patchHere(skip)
		}
		end := fs.here()
		fs.patchList(e.f, end, reg, whenFalse)
		fs.patchList(e.t, end, reg, whenTrue)
	}
	e.t, e.f = noJump, noJump
	e.set(exFixed, reg)
}

func (fs *funcState) toNextRegister(e *expr) {
	fs.load(e)
	fs.freeExpr(e)
	fs.reserve(1)
	fs.toRegister(e, fs.free-1)
}

func (fs *funcState) freeExpr(e *expr) {
	if e.kind == exFixed {
		fs.release(e.info)
	}
}

func (fs *funcState) toAnyRegister(e *expr) int {
	fs.load(e)
	if e.kind == exFixed {
		if !e.hasJumps() {
			return e.info
		}
		if e.info >= len(fs.active) { // no local variable
			fs.toRegister(e, e.info)
			return e.info
		}
	}
	fs.toNextRegister(e)
	return e.info
}

func (fs *funcState) toValue(e *expr) {
	if e.hasJumps() {
		fs.toAnyRegister(e)
	} else {
		fs.load(e)
	}
}

// toOperand makes an RK of the expression.
func (fs *funcState) toOperand(e *expr) int {
	fs.toValue(e)
	k := -1
	switch e.kind {
	case exNil:
		k = fs.constant(Value{})
	case exTrue, exFalse:
		k = fs.constant(Bool(e.kind == exTrue))
	case exNumber:
		k = fs.constant(rawNumber(e.num))
	case exConst:
		k = e.info
	}
	if k >= 0 {
		if k <= maxDirect {
			e.set(exConst, k)
			return k | constBit
		}
		e.set(exConst, k)
	}
	return fs.toAnyRegister(e)
}

// store assigns a value to a variable.
func (fs *funcState) store(v *expr, e *expr) {
	switch v.kind {
	case exLocal:
		fs.freeExpr(e)
		fs.toRegister(e, v.info)
		return
	case exUpval:
		fs.emitABC(opSetUpval, fs.toAnyRegister(e), v.info, 0)
	case exGlobal:
		fs.emitABx(opSetGlobal, fs.toAnyRegister(e), v.info)
	case exIndexed:
		fs.emitABC(opSetTable, v.info, v.aux, fs.toOperand(e))
	}
	fs.freeExpr(e)
}

func (fs *funcState) self(e, key *expr) {
	fs.toAnyRegister(e)
	fs.freeExpr(e)
	f := fs.free
	fs.reserve(2)
	fs.emitABC(opSelf, f, e.info, fs.toOperand(key))
	fs.freeExpr(key)
	e.set(exFixed, f)
}

func (fs *funcState) index(t, key *expr) {
	t.aux = fs.toOperand(key)
	t.kind = exIndexed
}

func (fs *funcState) invert(e *expr) {
	i := fs.control(e.info)
	i.setA(1 - i.a())
}

func (fs *funcState) jumpIf(e *expr, cond int) int {
	if e.kind == exOpen {
		if i := fs.code[e.info]; i.op() == opNot {
			fs.code = fs.code[:len(fs.code)-1]
			fs.lines = fs.lines[:len(fs.lines)-1]
			return fs.condJump(opTest, i.b(), 0, 1-cond)
		}
	}
	fs.anyRegister(e)
	fs.freeExpr(e)
	return fs.condJump(opTestSet, noRegister, e.info, cond)
}

func (fs *funcState) goIfTrue(e *expr) {
	fs.load(e)
	at := noJump
	switch e.kind {
	case exConst, exNumber, exTrue:
	case exJump:
		fs.invert(e)
		at = e.info
	default:
		at = fs.jumpIf(e, 0)
	}
	e.f = fs.join(e.f, at)
	fs.patchHere(e.t)
	e.t = noJump
}

func (fs *funcState) goIfFalse(e *expr) {
	fs.load(e)
	at := noJump
	switch e.kind {
	case exNil, exFalse:
	case exJump:
		at = e.info
	default:
		at = fs.jumpIf(e, 1)
	}
	e.t = fs.join(e.t, at)
	fs.patchHere(e.f)
	e.f = noJump
}

func (fs *funcState) not(e *expr) {
	fs.load(e)
	switch e.kind {
	case exNil, exFalse:
		e.kind = exTrue
	case exConst, exNumber, exTrue:
		e.kind = exFalse
	case exJump:
		fs.invert(e)
	case exOpen, exFixed:
		fs.anyRegister(e)
		fs.freeExpr(e)
		e.set(exOpen, fs.emitABC(opNot, 0, e.info, 0))
	}
	e.t, e.f = e.f, e.t
	fs.removeValues(e.f)
	fs.removeValues(e.t)
}

// fold computes what is constant already; what would be NaN is left to run time.
func fold(op opcode, a, b *expr) bool {
	if !a.isNumeral() || !b.isNumeral() || (op == opDiv || op == opMod) && b.num == 0 || op == opLen || op == opConcat {
		return false
	}
	f := -a.num
	if op != opUnm {
		f = arith(op, a.num, b.num)
	}
	if math.IsNaN(f) {
		return false
	}
	a.num = f
	return true
}

// arithmetic emits an operator with its operands.
func (fs *funcState) arithmetic(op opcode, a, b *expr) {
	if fold(op, a, b) {
		return
	}
	right := 0
	if op != opUnm && op != opLen {
		right = fs.toOperand(b)
	}
	left := fs.toOperand(a)
	if left > right {
		fs.freeExpr(a)
		fs.freeExpr(b)
	} else {
		fs.freeExpr(b)
		fs.freeExpr(a)
	}
	a.set(exOpen, fs.emitABC(op, 0, left, right))
}

func (fs *funcState) compare(op opcode, cond int, a, b *expr) {
	left, right := fs.toOperand(a), fs.toOperand(b)
	fs.freeExpr(b)
	fs.freeExpr(a)
	if cond == 0 && op != opEq { // a > b is b < a
		left, right, cond = right, left, 1
	}
	a.set(exJump, fs.condJump(op, cond, left, right))
}

func (fs *funcState) prefix(op tokenKind, e *expr) {
	zero := expr{kind: exNumber, t: noJump, f: noJump}
	switch op {
	case '-':
		if !e.isNumeral() {
			fs.toAnyRegister(e)
		}
		fs.arithmetic(opUnm, e, &zero)
	case '#':
		fs.toAnyRegister(e)
		fs.arithmetic(opLen, e, &zero)
	case tkNot:
		fs.not(e)
	}
}

// infix prepares the left operand before the right one is read.
func (fs *funcState) infix(op tokenKind, e *expr) {
	switch op {
	case tkAnd:
		fs.goIfTrue(e)
	case tkOr:
		fs.goIfFalse(e)
	case tkConcat:
		fs.toNextRegister(e)
	case '+', '-', '*', '/', '%', '^':
		if !e.isNumeral() {
			fs.toOperand(e)
		}
	default:
		fs.toOperand(e)
	}
}

var arithmeticOps = map[tokenKind]opcode{'+': opAdd, '-': opSub, '*': opMul, '/': opDiv, '%': opMod, '^': opPow}

func (fs *funcState) postfix(op tokenKind, a, b *expr) {
	switch op {
	case tkAnd:
		fs.load(b)
		b.f = fs.join(b.f, a.f)
		*a = *b
	case tkOr:
		fs.load(b)
		b.t = fs.join(b.t, a.t)
		*a = *b
	case tkConcat:
		fs.toValue(b)
		if b.kind == exOpen && fs.code[b.info].op() == opConcat {
			fs.freeExpr(a)
			fs.code[b.info].setB(a.info)
			a.set(exOpen, b.info)
			return
		}
		fs.toNextRegister(b)
		fs.freeExpr(b)
		fs.freeExpr(a)
		a.set(exOpen, fs.emitABC(opConcat, 0, a.info, b.info))
	case tkEq:
		fs.compare(opEq, 1, a, b)
	case tkNe:
		fs.compare(opEq, 0, a, b)
	case '<':
		fs.compare(opLt, 1, a, b)
	case tkLe:
		fs.compare(opLe, 1, a, b)
	case '>':
		fs.compare(opLt, 0, a, b)
	case tkGe:
		fs.compare(opLe, 0, a, b)
	default:
		fs.arithmetic(arithmeticOps[op], a, b)
	}
}
