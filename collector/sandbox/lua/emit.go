package lua

// noJump ends a list of jumps. The jumps of a list that wait for their target are linked by their
// distances.
const noJump = -1

// funcState is a function that is being compiled.
type funcState struct {
	*proto
	outer      *funcState
	ps         *parser
	block      *block
	lastTarget int // the last place that a jump may lead to: instructions before it are not merged
	pending    int // jumps to the next instruction
	free       int // the first free register
	active     []int32
	kindex     map[Value]int
}

type block struct {
	outer   *block
	breaks  int
	nactive int
	upval   bool // a variable of it is an upvalue
	loop    bool
}

func (fs *funcState) emit(i instr, line int) int {
	fs.discharge()
	if len(fs.code) == cap(fs.code) {
		fs.ps.need(24 * (len(fs.code) + 16))
	}
	fs.code = append(fs.code, i)
	fs.lines = append(fs.lines, int32(line))
	return len(fs.code) - 1
}

func (fs *funcState) emitABC(op opcode, a, b, c int) int {
	return fs.emit(abc(op, a, b, c), fs.ps.lastLine)
}

func (fs *funcState) emitABx(op opcode, a, bx int) int {
	return fs.emit(abx(op, a, bx), fs.ps.lastLine)
}
func (fs *funcState) fixLine(line int) { fs.lines[len(fs.lines)-1] = int32(line) }

// discharge lets the pending jumps lead to the next instruction.
func (fs *funcState) discharge() {
	list := fs.pending
	fs.pending = noJump
	fs.patchList(list, len(fs.code), noRegister, len(fs.code))
}

func (fs *funcState) loadNil(from, n int) {
	if pc := len(fs.code); pc > fs.lastTarget && pc > 0 {
		if last := &fs.code[pc-1]; last.op() == opLoadNil && last.a() <= from && from <= last.b()+1 {
			last.setB(max(last.b(), from+n-1))
			return
		}
	}
	fs.emitABC(opLoadNil, from, from+n-1, 0)
}

// jump emits a jump whose target is not known yet.
func (fs *funcState) jump() int {
	list := fs.pending
	fs.pending = noJump
	at := fs.emit(asb(opJmp, 0, noJump), fs.ps.lastLine)
	return fs.join(at, list)
}

func (fs *funcState) ret(first, n int) { fs.emitABC(opReturn, first, n+1, 0) }

func (fs *funcState) condJump(op opcode, a, b, c int) int {
	fs.emitABC(op, a, b, c)
	return fs.jump()
}

// here is the next instruction as the target of a jump.
func (fs *funcState) here() int {
	fs.lastTarget = len(fs.code)
	return len(fs.code)
}

func (fs *funcState) jumpTarget(pc int) int {
	if d := fs.code[pc].sb(); d != noJump {
		return pc + 1 + d
	}
	return noJump
}

func (fs *funcState) fixJump(pc, target int) { fs.code[pc].setSb(target - (pc + 1)) }

// join appends the list b to the list a.
func (fs *funcState) join(a, b int) int {
	if b == noJump {
		return a
	}
	if a == noJump {
		return b
	}
	at := a
	for next := fs.jumpTarget(at); next != noJump; next = fs.jumpTarget(at) {
		at = next
	}
	fs.fixJump(at, b)
	return a
}

// control is the instruction that decides about a jump.
func (fs *funcState) control(pc int) *instr {
	if pc > 0 {
		switch fs.code[pc-1].op() {
		case opEq, opLt, opLe, opTest, opTestSet, opTForLoop:
			return &fs.code[pc-1]
		}
	}
	return &fs.code[pc]
}

const noRegister = 255

// needValue tells whether a jump of the list leaves no value.
func (fs *funcState) needValue(list int) bool {
	for ; list != noJump; list = fs.jumpTarget(list) {
		if fs.control(list).op() != opTestSet {
			return true
		}
	}
	return false
}

// patchTest lets a test store its value in a register, or in none.
func (fs *funcState) patchTest(pc, reg int) bool {
	i := fs.control(pc)
	if i.op() != opTestSet {
		return false
	}
	if reg != noRegister && reg != i.b() {
		i.setA(reg)
	} else {
		*i = abc(opTest, i.b(), 0, i.c())
	}
	return true
}

func (fs *funcState) removeValues(list int) {
	for ; list != noJump; list = fs.jumpTarget(list) {
		fs.patchTest(list, noRegister)
	}
}

// patchList leads jumps that bring a value to withValue, the others to without.
func (fs *funcState) patchList(list, withValue, reg, without int) {
	for list != noJump {
		next := fs.jumpTarget(list)
		if fs.patchTest(list, reg) {
			fs.fixJump(list, withValue)
		} else {
			fs.fixJump(list, without)
		}
		list = next
	}
}

func (fs *funcState) patchTo(list, target int) {
	if target == len(fs.code) {
		fs.patchHere(list)
		return
	}
	fs.patchList(list, target, noRegister, target)
}

func (fs *funcState) patchHere(list int) {
	fs.here()
	fs.pending = fs.join(fs.pending, list)
}

func (fs *funcState) reserve(n int) {
	if fs.free+n > fs.maxStack {
		if fs.free+n > maxStack {
			fs.ps.errorAt("function or expression too complex")
		}
		fs.maxStack = fs.free + n
	}
	fs.free += n
}

func (fs *funcState) release(reg int) {
	if reg < constBit && reg >= len(fs.active) {
		fs.free--
	}
}

func (fs *funcState) constant(v Value) int {
	key := v
	if v.isNil() {
		key = Value{n: wordNone}
	} else if v.isString() {
		v = fs.ps.text(v.str())
		key = v // equal ones are one within a chunk
	} else if v.isNumber() && v.float() == 0 {
		key = rawNumber(0) // C's functions have one zero, too: the first
	}
	if i, ok := fs.kindex[key]; ok {
		return i
	}
	if len(fs.consts) >= maxConst {
		fs.ps.errorAt("constant table overflow")
	}
	if len(fs.consts) == cap(fs.consts) {
		fs.ps.need(64 * (len(fs.consts) + 4))
	}
	i := len(fs.consts)
	fs.consts = append(fs.consts, v)
	fs.kindex[key] = i
	return i
}
