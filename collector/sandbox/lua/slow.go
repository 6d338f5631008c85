package lua

// slow executes any instruction in its general form, with metamethods, and gives the next one's place.
func (th *thread) slow(ci *frame, i instr) int {
	p := ci.cl.proto
	switch op := i.generic(); op {
	case opGetGlobal:
		th.setReg(ci, i, th.index(tableValue(ci.cl.env), p.consts[i.bx()], -1))
	case opSetGlobal:
		th.setIndex(tableValue(ci.cl.env), p.consts[i.bx()], th.stack[ci.base+i.a()], -1)
	case opGetTable:
		th.setReg(ci, i, th.index(th.stack[ci.base+i.b()], th.rk(ci, i.c()), ci.base+i.b()))
	case opSetTable:
		th.setIndex(th.stack[ci.base+i.a()], th.rk(ci, i.b()), th.rk(ci, i.c()), ci.base+i.a())
	case opSelf:
		o := th.stack[ci.base+i.b()]
		f := th.index(o, th.rk(ci, i.c()), ci.base+i.b())
		th.stack[ci.base+i.a()+1] = o
		th.setReg(ci, i, f)
	case opAdd, opSub, opMul, opDiv, opMod, opPow:
		th.setReg(ci, i, th.arithmetic(op, th.rk(ci, i.b()), th.rk(ci, i.c()), i))
	case opUnm:
		v := th.stack[ci.base+i.b()]
		th.setReg(ci, i, th.arithmetic(op, v, v, i))
	case opLen:
		th.setReg(ci, i, th.lengthOf(th.stack[ci.base+i.b()], ci.base+i.b()))
	case opConcat:
		th.setReg(ci, i, th.concat(ci.base+i.b(), ci.base+i.c()))
	case opEq:
		return th.branch(ci, i, th.equal(th.rk(ci, i.b()), th.rk(ci, i.c())))
	case opLt:
		return th.branch(ci, i, th.less(th.rk(ci, i.b()), th.rk(ci, i.c())))
	case opLe:
		return th.branch(ci, i, th.lessEqual(th.rk(ci, i.b()), th.rk(ci, i.c())))
	case opForPrep:
		th.forPrep(ci.base + i.a())
		return ci.pc + i.sb()
	case opTForLoop:
		return th.iterate(ci, i)
	case opSetList:
		return th.setList(ci, i)
	case opVararg:
		th.vararg(ci, i)
	}
	return ci.pc
}

func (th *thread) setReg(ci *frame, i instr, v Value) { th.stack[ci.base+i.a()] = v }

func (th *thread) rk(ci *frame, at int) Value {
	if at&constBit != 0 {
		return ci.cl.proto.consts[at&maxDirect]
	}
	return th.stack[ci.base+at]
}

func (th *thread) branch(ci *frame, i instr, result bool) int {
	if result == (i.a() != 0) {
		return ci.pc + 1 + ci.cl.proto.code[ci.pc].sb()
	}
	return ci.pc + 1
}

func (th *thread) forPrep(at int) {
	for i, what := range [...]string{"initial value", "limit", "step"} {
		v := &th.stack[at+i]
		f, ok := th.in.toNumber(*v)
		if !ok {
			th.runError("'for' " + what + " must be a number")
		}
		*v = rawNumber(f)
	}
	th.stack[at].setNumber(th.stack[at].float() - th.stack[at+2].float())
}

// iterate is a step of a generic for: the iterator is called, its results are the loop's variables.
func (th *thread) iterate(ci *frame, i instr) int {
	at := ci.base + i.a()
	fnAt := at + 3
	copy(th.stack[fnAt:fnAt+3], th.stack[at:at+3])
	th.top = fnAt + 3
	th.callAt(fnAt, 2, i.c())
	if v := th.stack[fnAt]; !v.isNil() {
		th.stack[at+2] = v
		return ci.pc + 1 + ci.cl.proto.code[ci.pc].sb()
	}
	return ci.pc + 1
}

func (th *thread) setList(ci *frame, i instr) int {
	at, pc := ci.base+i.a(), ci.pc
	n, batch := i.b(), i.c()
	if n == 0 {
		n = th.top - at - 1
		th.in.fuel -= n >> 4
	}
	if batch == 0 {
		batch = ci.cl.proto.code[pc].sb()
		pc++
	}
	first := (batch - 1) * fieldsPerList
	t := th.stack[at].table()
	if last := first + n; last > len(t.arr) && first <= len(t.arr) && last <= maxArray {
		t.resizeArray(last)
	}
	for j := 1; j <= n; j++ {
		t.setInt(first+j, th.stack[at+j])
	}
	th.in.work(n)
	return pc
}

func (th *thread) vararg(ci *frame, i instr) {
	p := ci.cl.proto
	n := ci.base - ci.fnAt - 1 - p.params
	want := i.b() - 1
	at := ci.base + i.a()
	if want < 0 {
		want = max(n, 0)
		th.grow(at, want+nativeSlots)
		th.top = at + want
	}
	first := ci.fnAt + 1 + p.params
	for j := 0; j < want; j++ {
		if j < n {
			th.stack[at+j] = th.stack[first+j]
		} else {
			th.stack[at+j] = Value{}
		}
	}
	th.in.work(want)
}

// index is o[key] with metamethods; at is the slot of o, for error texts, or -1.
func (th *thread) index(o, key Value, at int) Value {
	for range maxMetaLoop {
		var m Value
		if o.n == wordTable {
			t := o.table()
			if v := t.get(key); !v.isNil() || t.meta == nil {
				return v
			}
			if m = t.meta.fast(tmIndex); m.isNil() {
				return Value{}
			}
		} else if m = th.metamethod(o, tmIndex); m.isNil() {
			th.typeError(o, at, "index")
		}
		if m.Kind() == KindFunction {
			return th.callMeta(m, o, key)
		}
		o, at = m, -1
		th.in.fuel--
	}
	th.runError("loop in gettable")
	return Value{}
}

const maxMetaLoop = 100

// setIndex is o[key] = v with metamethods.
func (th *thread) setIndex(o, key, v Value, at int) {
	for range maxMetaLoop {
		var m Value
		if o.n == wordTable {
			t := o.table()
			if t.meta == nil && key.isString() {
				t.setText(key, v)
				return
			}
			s := t.slot(key)
			if s != nil && !s.isNil() {
				*s = v
				return
			}
			if t.meta != nil {
				m = t.meta.fast(tmNewindex)
			}
			if m.isNil() {
				th.setNew(t, s, key, v)
				return
			}
		} else if m = th.metamethod(o, tmNewindex); m.isNil() {
			th.typeError(o, at, "index")
		}
		if m.Kind() == KindFunction {
			th.callMeta(m, o, key, v)
			return
		}
		o, at = m, -1
		th.in.fuel--
	}
	th.runError("loop in settable")
}

// setNew stores under a key whose value was nil; s is its slot, if it has one.
func (th *thread) setNew(t *Table, s *Value, key, v Value) {
	t.absent = 0
	switch {
	case s != nil:
		*s = v
	case key.isNil():
		th.runError("table index is nil")
	case key.isNumber() && key.float() != key.float():
		th.runError("table index is NaN")
	case !v.isNil():
		t.insert(key, v)
	}
}
