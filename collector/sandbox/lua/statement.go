package lua

// chunk reads statements up to the end of a block.
func (ps *parser) chunk() {
	last := false
	ps.enter()
	for !last && !ps.blockEnds() {
		last = ps.statement()
		ps.accept(';')
		ps.fs.free = len(ps.fs.active)
	}
	ps.leave()
}

func (ps *parser) blockEnds() bool {
	switch ps.token.kind {
	case tkElse, tkElseif, tkEnd, tkUntil, tkEOS:
		return true
	}
	return false
}

func (ps *parser) blockStatements() {
	ps.enterBlock(false)
	ps.chunk()
	ps.leaveBlock()
}

// statement tells whether it must be the last of its block.
func (ps *parser) statement() bool {
	line := ps.line
	switch ps.token.kind {
	case tkIf:
		ps.ifStatement(line)
	case tkWhile:
		ps.whileStatement(line)
	case tkDo:
		ps.advance()
		ps.blockStatements()
		ps.closes(tkEnd, tkDo, line)
	case tkFor:
		ps.forStatement(line)
	case tkRepeat:
		ps.repeatStatement(line)
	case tkFunction:
		ps.functionStatement(line)
	case tkLocal:
		ps.advance()
		if ps.accept(tkFunction) {
			ps.localFunction()
		} else {
			ps.localStatement()
		}
	case tkReturn:
		ps.returnStatement()
		return true
	case tkBreak:
		ps.advance()
		ps.breakStatement()
		return true
	default:
		ps.exprStatement()
	}
	return false
}

// condition gives the jumps that leave when it is false.
func (ps *parser) condition() int {
	e := ps.expr()
	if e.kind == exNil {
		e.kind = exFalse
	}
	ps.fs.goIfTrue(&e)
	return e.f
}

func (ps *parser) ifStatement(line int) {
	fs, end := ps.fs, noJump
	otherwise := ps.testThenBlock()
	for ps.token.kind == tkElseif {
		end = fs.join(end, fs.jump())
		fs.patchHere(otherwise)
		otherwise = ps.testThenBlock()
	}
	if ps.token.kind == tkElse {
		end = fs.join(end, fs.jump())
		fs.patchHere(otherwise)
		ps.advance()
		ps.blockStatements()
	} else {
		end = fs.join(end, otherwise)
	}
	fs.patchHere(end)
	ps.closes(tkEnd, tkIf, line)
}

func (ps *parser) testThenBlock() int {
	ps.advance()
	otherwise := ps.condition()
	ps.expect(tkThen)
	ps.blockStatements()
	return otherwise
}

func (ps *parser) whileStatement(line int) {
	fs := ps.fs
	ps.advance()
	start := fs.here()
	exit := ps.condition()
	ps.enterBlock(true)
	ps.expect(tkDo)
	ps.blockStatements()
	fs.patchTo(fs.jump(), start)
	ps.closes(tkEnd, tkWhile, line)
	ps.leaveBlock()
	fs.patchHere(exit)
}

func (ps *parser) repeatStatement(line int) {
	fs := ps.fs
	start := fs.here()
	ps.enterBlock(true)
	inner := ps.enterBlock(false)
	ps.advance()
	ps.chunk()
	ps.closes(tkUntil, tkRepeat, line)
	exit := ps.condition()
	if !inner.upval {
		ps.leaveBlock()
		fs.patchTo(exit, start)
	} else {
		ps.breakStatement()
		fs.patchHere(exit)
		ps.leaveBlock()
		fs.patchTo(fs.jump(), start)
	}
	ps.leaveBlock()
}

func (ps *parser) breakStatement() {
	fs := ps.fs
	b, upval := fs.block, false
	for b != nil && !b.loop {
		upval = upval || b.upval
		b = b.outer
	}
	if b == nil {
		ps.errorAt("no loop to break")
	}
	if upval {
		fs.emitABC(opClose, b.nactive, 0, 0)
	}
	b.breaks = fs.join(b.breaks, fs.jump())
}

func (ps *parser) forStatement(line int) {
	ps.enterBlock(true)
	ps.advance()
	name := ps.ident()
	switch ps.token.kind {
	case '=':
		ps.numericFor(name, line)
	case ',', tkIn:
		ps.genericFor(name)
	default:
		ps.errorAt("'=' or 'in' expected")
	}
	ps.closes(tkEnd, tkFor, line)
	ps.leaveBlock()
}

func (ps *parser) numericFor(name string, line int) {
	fs, base := ps.fs, ps.fs.free
	ps.newLocal("(for index)", 0)
	ps.newLocal("(for limit)", 1)
	ps.newLocal("(for step)", 2)
	ps.newLocal(name, 3)
	ps.expect('=')
	ps.oneExpr()
	ps.expect(',')
	ps.oneExpr()
	if ps.accept(',') {
		ps.oneExpr()
	} else {
		fs.emitABx(opLoadK, fs.free, fs.constant(rawNumber(1)))
		fs.reserve(1)
	}
	ps.forBody(base, line, 1, true)
}

func (ps *parser) oneExpr() {
	e := ps.expr()
	ps.fs.toNextRegister(&e)
}

func (ps *parser) genericFor(first string) {
	fs, base := ps.fs, ps.fs.free
	ps.newLocal("(for generator)", 0)
	ps.newLocal("(for state)", 1)
	ps.newLocal("(for control)", 2)
	ps.newLocal(first, 3)
	n := 1
	for ps.accept(',') {
		ps.newLocal(ps.ident(), 3+n)
		n++
	}
	ps.expect(tkIn)
	line := ps.line
	e, count := ps.exprList()
	ps.adjust(3, count, &e)
	fs.checkStack(3)
	ps.forBody(base, line, n, false)
}

func (fs *funcState) checkStack(n int) {
	fs.reserve(n)
	fs.free -= n
}

// forBody emits the loop; the variables that it shows first are hidden ones.
func (ps *parser) forBody(base, line, n int, numeric bool) {
	fs := ps.fs
	fs.showFirst(n)
	ps.expect(tkDo)
	prep := 0
	if numeric {
		prep = fs.emit(asb(opForPrep, base, noJump), ps.lastLine)
	} else {
		prep = fs.jump()
	}
	ps.enterBlock(false)
	ps.showLocals(n)
	fs.reserve(n)
	ps.blockStatements()
	ps.leaveBlock()
	fs.patchHere(prep)
	if numeric {
		fs.discharge()
		end := fs.emit(asb(opForLoop, base, noJump), ps.lastLine)
		fs.fixLine(line)
		fs.patchTo(end, prep+1)
		return
	}
	fs.emitABC(opTForLoop, base, 0, n)
	fs.fixLine(line)
	fs.patchTo(fs.jump(), prep+1)
}

// showFirst makes the three names before the n last visible.
func (fs *funcState) showFirst(n int) {
	for i := len(fs.locals) - n - 3; i < len(fs.locals)-n; i++ {
		fs.locals[i].start = int32(len(fs.code))
		fs.active = append(fs.active, int32(i))
	}
}

func (ps *parser) functionStatement(line int) {
	ps.advance()
	v := ps.variable(ps.ident())
	method := false
	for ps.token.kind == '.' {
		ps.field(&v)
	}
	if ps.token.kind == ':' {
		method = true
		ps.field(&v)
	}
	f := ps.body(method, line)
	ps.fs.store(&v, &f)
	ps.fs.fixLine(line)
}

func (ps *parser) localFunction() {
	fs := ps.fs
	ps.newLocal(ps.ident(), 0)
	v := newExpr(exLocal, fs.free)
	fs.reserve(1)
	ps.showLocals(1)
	f := ps.body(false, ps.line)
	fs.store(&v, &f)
	fs.locals[fs.active[len(fs.active)-1]].start = int32(len(fs.code))
}

func (ps *parser) localStatement() {
	n := 0
	for more := true; more; more = ps.accept(',') {
		ps.newLocal(ps.ident(), n)
		n++
	}
	e, count := newExpr(exVoid, 0), 0
	if ps.accept('=') {
		e, count = ps.exprList()
	}
	ps.adjust(n, count, &e)
	ps.showLocals(n)
}

// adjust makes as many values as there are variables.
func (ps *parser) adjust(vars, exprs int, last *expr) {
	fs := ps.fs
	extra := vars - exprs
	if last.isMulti() {
		extra = max(extra+1, 0)
		fs.setReturns(last, extra)
		if extra > 1 {
			fs.reserve(extra - 1)
		}
		return
	}
	if last.kind != exVoid {
		fs.toNextRegister(last)
	}
	if extra > 0 {
		reg := fs.free
		fs.reserve(extra)
		fs.loadNil(reg, extra)
	}
}

// target is a variable on the left of an assignment.
type target struct {
	outer *target
	v     expr
}

func (ps *parser) exprStatement() {
	e := ps.primary()
	if e.kind == exCall {
		ps.fs.code[e.info].setC(1)
		return
	}
	ps.assignment(&target{v: e}, 1)
}

func (ps *parser) assignment(t *target, n int) {
	fs := ps.fs
	switch t.v.kind {
	case exLocal, exUpval, exGlobal, exIndexed:
	default:
		ps.errorAt("syntax error")
	}
	if ps.accept(',') {
		next := &target{outer: t, v: ps.primary()}
		if next.v.kind == exLocal {
			ps.conflict(t, &next.v)
		}
		ps.limit(n, maxLevels-ps.levels, "variables in assignment")
		ps.assignment(next, n+1)
	} else {
		ps.expect('=')
		e, count := ps.exprList()
		if count == n {
			if e.kind == exCall || e.kind == exVararg {
				fs.setOneReturn(&e)
			}
			fs.store(&t.v, &e)
			return
		}
		ps.adjust(n, count, &e)
		if count > n {
			fs.free -= count - n
		}
	}
	e := newExpr(exFixed, fs.free-1)
	fs.store(&t.v, &e)
}

// conflict saves a local variable that is assigned here and used as a table or key to the left.
func (ps *parser) conflict(t *target, v *expr) {
	fs, copied := ps.fs, false
	extra := fs.free
	for ; t != nil; t = t.outer {
		if t.v.kind != exIndexed {
			continue
		}
		if t.v.info == v.info {
			copied, t.v.info = true, extra
		}
		if t.v.aux == v.info {
			copied, t.v.aux = true, extra
		}
	}
	if copied {
		fs.emitABC(opMove, extra, v.info, 0)
		fs.reserve(1)
	}
}

func (ps *parser) returnStatement() {
	fs := ps.fs
	ps.advance()
	first, n := 0, 0
	if !ps.blockEnds() && ps.token.kind != ';' {
		e, count := ps.exprList()
		switch {
		case e.isMulti():
			fs.setReturns(&e, -1)
			if e.kind == exCall && count == 1 {
				fs.code[e.info].setOp(opTailCall)
			}
			first, n = len(fs.active), -1
		case count == 1:
			first, n = fs.toAnyRegister(&e), 1
		default:
			fs.toNextRegister(&e)
			first, n = len(fs.active), count
		}
	}
	fs.ret(first, n)
}
