package lua

func (ps *parser) expr() expr {
	e, _ := ps.binary(0)
	return e
}

type priority struct{ left, right int }

var priorities = map[tokenKind]priority{
	'+': {6, 6}, '-': {6, 6}, '*': {7, 7}, '/': {7, 7}, '%': {7, 7}, '^': {10, 9}, tkConcat: {5, 4},
	tkNe: {3, 3}, tkEq: {3, 3}, '<': {3, 3}, tkLe: {3, 3}, '>': {3, 3}, tkGe: {3, 3}, tkAnd: {2, 2}, tkOr: {1, 1},
}

const unaryPriority = 8

// binary reads operators that bind more than limit; it gives the operator that follows, too.
func (ps *parser) binary(limit int) (expr, tokenKind) {
	ps.enter()
	var e expr
	if op := ps.token.kind; op == tkNot || op == '-' || op == '#' {
		ps.advance()
		e, _ = ps.binary(unaryPriority)
		ps.fs.prefix(op, &e)
	} else {
		e = ps.simple()
	}
	op := ps.token.kind
	for p, ok := priorities[op]; ok && p.left > limit; p, ok = priorities[op] {
		ps.advance()
		ps.fs.infix(op, &e)
		right, next := ps.binary(p.right)
		ps.fs.postfix(op, &e, &right)
		op = next
	}
	ps.leave()
	return e, op
}

func (ps *parser) simple() expr {
	var e expr
	switch ps.token.kind {
	case tkNumber:
		e = newExpr(exNumber, 0)
		e.num = ps.token.num
	case tkString:
		e = ps.stringExpr(ps.token.text)
	case tkNil:
		e = newExpr(exNil, 0)
	case tkTrue:
		e = newExpr(exTrue, 0)
	case tkFalse:
		e = newExpr(exFalse, 0)
	case tkDots:
		if !ps.fs.vararg {
			ps.errorAt("cannot use '...' outside a vararg function")
		}
		ps.fs.needsArg = false
		e = newExpr(exVararg, ps.fs.emitABC(opVararg, 0, 1, 0))
	case '{':
		return ps.constructor()
	case tkFunction:
		ps.advance()
		return ps.body(false, ps.line)
	default:
		return ps.primary()
	}
	ps.advance()
	return e
}

// prefixExpr reads a name or an expression in parentheses.
func (ps *parser) prefixExpr() expr {
	switch ps.token.kind {
	case '(':
		line := ps.line
		ps.advance()
		e := ps.expr()
		ps.closes(')', '(', line)
		ps.fs.load(&e)
		return e
	case tkName:
		return ps.variable(ps.ident())
	}
	ps.errorAt("unexpected symbol")
	return expr{}
}

func (ps *parser) primary() expr {
	e := ps.prefixExpr()
	for {
		switch ps.token.kind {
		case '.':
			ps.field(&e)
		case '[':
			ps.fs.toAnyRegister(&e)
			key := ps.bracketKey()
			ps.fs.index(&e, &key)
		case ':':
			ps.advance()
			key := ps.stringExpr(ps.ident())
			ps.fs.self(&e, &key)
			ps.arguments(&e)
		case '(', tkString, '{':
			ps.fs.toNextRegister(&e)
			ps.arguments(&e)
		default:
			return e
		}
	}
}

func (ps *parser) field(e *expr) {
	ps.fs.toAnyRegister(e)
	ps.advance()
	key := ps.stringExpr(ps.ident())
	ps.fs.index(e, &key)
}

func (ps *parser) bracketKey() expr {
	ps.advance()
	e := ps.expr()
	ps.fs.toValue(&e)
	ps.expect(']')
	return e
}

func (ps *parser) arguments(f *expr) {
	fs, line := ps.fs, ps.line
	args := newExpr(exVoid, 0)
	switch ps.token.kind {
	case '(':
		if line != ps.lastLine {
			ps.errorAt("ambiguous syntax (function call x new statement)")
		}
		ps.advance()
		if ps.token.kind != ')' {
			args, _ = ps.exprList()
			fs.setMulti(&args)
		}
		ps.closes(')', '(', line)
	case '{':
		args = ps.constructor()
	case tkString:
		args = ps.stringExpr(ps.token.text)
		ps.advance()
	default:
		ps.errorAt("function arguments expected")
	}
	base := f.info
	n := 0
	if !args.isMulti() {
		if args.kind != exVoid {
			fs.toNextRegister(&args)
		}
		n = fs.free - base
	}
	*f = newExpr(exCall, fs.emitABC(opCall, base, n, 2))
	fs.fixLine(line)
	fs.free = base + 1
}

func (fs *funcState) setMulti(e *expr) {
	if e.isMulti() {
		fs.setReturns(e, -1)
	}
}

// exprList leaves its last expression open.
func (ps *parser) exprList() (expr, int) {
	n := 1
	e := ps.expr()
	for ps.accept(',') {
		ps.fs.toNextRegister(&e)
		e = ps.expr()
		n++
	}
	return e, n
}

// body reads a function from its parameters on.
func (ps *parser) body(method bool, line int) expr {
	fs := ps.open(line)
	ps.expect('(')
	if method {
		ps.newLocal("self", 0)
		ps.showLocals(1)
	}
	ps.parameters()
	ps.expect(')')
	ps.chunk()
	fs.lastLine = ps.line
	ps.closes(tkEnd, tkFunction, line)
	ps.close()
	outer := ps.fs
	if len(outer.protos) == cap(outer.protos) {
		ps.need(16 * (len(outer.protos) + 2))
	}
	outer.protos = append(outer.protos, fs.proto)
	return newExpr(exOpen, outer.emitABx(opClosure, 0, len(outer.protos)-1))
}

func (ps *parser) parameters() {
	fs, n := ps.fs, 0
	if ps.token.kind != ')' {
		for more := true; more; more = !fs.vararg && ps.accept(',') {
			switch ps.token.kind {
			case tkName:
				ps.newLocal(ps.ident(), n)
				n++
			case tkDots:
				ps.advance()
				ps.newLocal("arg", n)
				n++
				fs.vararg, fs.needsArg = true, true
			default:
				ps.errorAt("<name> or '...' expected")
			}
		}
	}
	ps.showLocals(n)
	fs.params = len(fs.active)
	if fs.vararg {
		fs.params--
	}
	fs.reserve(len(fs.active))
}

// constructor reads {…}.
func (ps *parser) constructor() expr {
	fs, line := ps.fs, ps.line
	pc := fs.emitABC(opNewTable, 0, 0, 0)
	table := newExpr(exOpen, pc)
	fs.toNextRegister(&table)
	c := constructor{table: &table, item: newExpr(exVoid, 0)}
	ps.expect('{')
	for ps.token.kind != '}' {
		ps.closeItem(&c)
		switch {
		case ps.token.kind == tkName && ps.peek() == '=', ps.token.kind == '[':
			ps.record(&c)
		default:
			c.item = ps.expr()
			c.array++
			c.pending++
		}
		if !ps.accept(',') && !ps.accept(';') {
			break
		}
	}
	ps.closes('}', '{', line)
	ps.lastItem(&c)
	fs.code[pc].setB(min(c.array, constBit))
	fs.code[pc].setC(min(c.records, constBit))
	return table
}

type constructor struct {
	table                   *expr
	item                    expr // the last one of the array that was read
	array, records, pending int
}

func (ps *parser) record(c *constructor) {
	fs, free := ps.fs, ps.fs.free
	var key expr
	if ps.token.kind == tkName {
		key = ps.stringExpr(ps.ident())
	} else {
		key = ps.bracketKey()
	}
	c.records++
	ps.expect('=')
	k := fs.toOperand(&key)
	value := ps.expr()
	fs.emitABC(opSetTable, c.table.info, k, fs.toOperand(&value))
	fs.free = free
}

func (ps *parser) closeItem(c *constructor) {
	if c.item.kind == exVoid {
		return
	}
	ps.fs.toNextRegister(&c.item)
	c.item.kind = exVoid
	if c.pending == fieldsPerList {
		ps.fs.setList(c.table.info, c.array, c.pending)
		c.pending = 0
	}
}

func (ps *parser) lastItem(c *constructor) {
	if c.pending == 0 {
		return
	}
	if c.item.isMulti() {
		ps.fs.setReturns(&c.item, -1)
		ps.fs.setList(c.table.info, c.array, -1)
		c.array-- // their number is not known
		return
	}
	if c.item.kind != exVoid {
		ps.fs.toNextRegister(&c.item)
	}
	ps.fs.setList(c.table.info, c.array, c.pending)
}

func (fs *funcState) setList(base, n, store int) {
	batch := (n-1)/fieldsPerList + 1
	b := store
	if store < 0 {
		b = 0
	}
	if batch <= 0xffff {
		fs.emitABC(opSetList, base, b, batch)
	} else {
		fs.emitABC(opSetList, base, b, 0)
		fs.emit(asb(opExtra, 0, batch), fs.ps.lastLine)
	}
	fs.free = base + 1
}
