package lua

import "fmt"

const (
	maxLocals   = 200
	maxUpvalues = 60
	maxLevels   = 200
)

// parser reads statements and emits their code at once.
type parser struct {
	scanner
	in     *Interp
	fs     *funcState
	levels int
	texts  map[string]Value
	source string
}

// compile makes a function of a source. source is what debug.getinfo calls it, name what error texts
// do. The error is Lua's text.
func (in *Interp) compile(source, name string, src []byte) (p *proto, err error) {
	shown := name
	if source != "@"+name { // a text: C shows more of it
		shown = displayName(source, 80)
	}
	ps := &parser{scanner: scanner{name: name, shown: shown, src: src, line: 1, lastLine: 1}, in: in, texts: map[string]Value{}, source: source}
	defer func() {
		if in.dead != nil {
			return
		}
		switch r := recover().(type) {
		case nil:
		case syntaxError:
			err = &Error{Text: string(r), Value: stringValue(string(r))}
		default:
			panic(r)
		}
	}()
	if len(src) > 0 && src[0] == '\x1b' {
		ps.fail("compiled chunks are not accepted")
	}
	fs := ps.open(0)
	fs.vararg = true
	ps.advance()
	ps.chunk()
	ps.check(tkEOS)
	ps.close()
	return fs.proto, nil
}

// need announces memory that the function takes.
func (ps *parser) need(bytes int) { ps.in.charge(bytes) }

// text makes equal strings of a chunk one.
func (ps *parser) text(s string) Value {
	if v, ok := ps.texts[s]; ok {
		return v
	}
	v := ps.in.text(s)
	ps.texts[s] = v
	ps.in.chargeText(len(s))
	return v
}

func (ps *parser) open(line int) *funcState {
	fs := &funcState{
		proto: &proto{source: ps.source, name: ps.name, line: line, maxStack: 2},
		outer: ps.fs, ps: ps, lastTarget: -1, pending: noJump, kindex: map[Value]int{},
	}
	ps.need(200)
	ps.fs = fs
	return fs
}

func (ps *parser) close() {
	fs := ps.fs
	ps.hideLocals(0)
	fs.ret(0, 0)
	fs.finish()
	ps.fs = fs.outer
}

func (ps *parser) enter() {
	ps.levels++
	if ps.levels > maxLevels {
		ps.fail("chunk has too many syntax levels")
	}
}

func (ps *parser) leave() { ps.levels-- }

func (ps *parser) limit(n, limit int, what string) {
	if n <= limit {
		return
	}
	where := "main function"
	if ps.fs.line != 0 {
		where = fmt.Sprintf("function at line %d", ps.fs.line)
	}
	ps.fail(fmt.Sprintf("%s has more than %d %s", where, limit, what))
}

func (ps *parser) expected(k tokenKind) { ps.errorAt("'" + k.String() + "' expected") }

func (ps *parser) check(k tokenKind) {
	if ps.token.kind != k {
		ps.expected(k)
	}
}

func (ps *parser) accept(k tokenKind) bool {
	if ps.token.kind == k {
		ps.advance()
		return true
	}
	return false
}

func (ps *parser) expect(k tokenKind) {
	ps.check(k)
	ps.advance()
}

// closes takes the token that closes what opened on a line.
func (ps *parser) closes(what, who tokenKind, line int) {
	if ps.accept(what) {
		return
	}
	if line == ps.line {
		ps.expected(what)
	}
	ps.errorAt(fmt.Sprintf("'%s' expected (to close '%s' at line %d)", what, who, line))
}

func (ps *parser) ident() string {
	ps.check(tkName)
	text := ps.token.text
	ps.advance()
	return text
}

func (ps *parser) stringExpr(s string) expr { return newExpr(exConst, ps.fs.constant(stringValue(s))) }

func (ps *parser) newLocal(name string, n int) {
	fs := ps.fs
	ps.limit(len(fs.active)+n+1, maxLocals, "local variables")
	if len(fs.locals) == cap(fs.locals) {
		ps.need(48 * (len(fs.locals) + 4))
	}
	fs.locals = append(fs.locals, localInfo{name: ps.text(name).str(), start: -1})
}

// showLocals makes the n names that were declared last visible.
func (ps *parser) showLocals(n int) {
	fs := ps.fs
	for i := len(fs.locals) - n; i < len(fs.locals); i++ {
		fs.locals[i].start = int32(len(fs.code))
		fs.active = append(fs.active, int32(i))
	}
}

func (ps *parser) hideLocals(keep int) {
	fs := ps.fs
	for len(fs.active) > keep {
		last := len(fs.active) - 1
		fs.locals[fs.active[last]].end = int32(len(fs.code))
		fs.active = fs.active[:last]
	}
}

// variable finds a name: a local variable, an upvalue, or a global one.
func (ps *parser) variable(name string) expr {
	e := newExpr(exVoid, 0)
	if ps.fs.resolve(name, &e, true) == exGlobal {
		e.info = ps.fs.constant(stringValue(name))
	}
	return e
}

func (fs *funcState) resolve(name string, e *expr, base bool) exprKind {
	if fs == nil {
		e.set(exGlobal, 0)
		return exGlobal
	}
	for i := len(fs.active) - 1; i >= 0; i-- {
		if fs.locals[fs.active[i]].name == name {
			e.set(exLocal, i)
			if !base {
				fs.markUpvalue(i)
			}
			return exLocal
		}
	}
	if fs.outer.resolve(name, e, false) == exGlobal {
		return exGlobal
	}
	from := e.info
	if e.kind == exUpval {
		from |= constBit
	}
	e.set(exUpval, fs.upvalue(name, uint16(from)))
	return exUpval
}

func (fs *funcState) upvalue(name string, from uint16) int {
	for i, f := range fs.upvalueOf {
		if f == from {
			return i
		}
	}
	fs.ps.limitIn(fs, len(fs.upvalues)+1, maxUpvalues, "upvalues")
	fs.upvalues = append(fs.upvalues, fs.ps.text(name).str())
	fs.upvalueOf = append(fs.upvalueOf, from)
	return len(fs.upvalues) - 1
}

func (ps *parser) limitIn(fs *funcState, n, limit int, what string) {
	saved := ps.fs
	ps.fs = fs
	ps.limit(n, limit, what)
	ps.fs = saved
}

func (fs *funcState) markUpvalue(level int) {
	b := fs.block
	for b != nil && b.nactive > level {
		b = b.outer
	}
	if b != nil {
		b.upval = true
	}
}

func (ps *parser) enterBlock(loop bool) *block {
	fs := ps.fs
	b := &block{outer: fs.block, breaks: noJump, nactive: len(fs.active), loop: loop}
	fs.block = b
	return b
}

func (ps *parser) leaveBlock() {
	fs, b := ps.fs, ps.fs.block
	fs.block = b.outer
	ps.hideLocals(b.nactive)
	if b.upval {
		fs.emitABC(opClose, b.nactive, 0, 0)
	}
	fs.free = len(fs.active)
	fs.patchHere(b.breaks)
}
