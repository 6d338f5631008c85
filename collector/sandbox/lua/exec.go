package lua

// run executes the current call, a Lua function, and those that it makes, until it returns or the
// thread yields. What is quick stands here; a case that ends with break leaves its instruction to slow.
//
// Locals hold what each instruction needs. Before anything that can call, raise or allocate, pc and
// fuel go back to the frame and the interpreter; afterwards fuel and the registers' place are read again.
func (th *thread) run() {
	in := th.in
	fuel := in.fuel
	ci := th.ci
enter:
	cl := ci.cl
	code := cl.proto.code
	k := constsOf(cl.proto.consts)
	r := regsOf(th.stack, ci.base)
	pc := ci.pc
	for {
		i := code[pc]
		pc++
		fuel--
		if fuel < 0 {
			ci.pc = pc
			fuel = in.refuel(fuel)
			if th.hook != nil || len(in.doomed) > 0 {
				th.between(ci)
				fuel = in.fuel
				r = regsOf(th.stack, ci.base)
			}
		}
		a := r.at(i.ra())
		switch i.op() {
		case opMove:
			*a = *r.at(i.rb())
			continue
		case opLoadK:
			*a = *k.at(uint64(i>>16) & maxConst)
			continue
		case opLoadBool:
			a.setBool(i.rb() != 0)
			if i.rc() != 0 {
				pc++
			}
			continue
		case opLoadNil:
			for at := i.ra(); at <= i.rb(); at++ {
				*r.at(at) = Value{}
			}
			continue
		case opGetUpval:
			*a = *cl.up[i.rb()].v
			continue
		case opSetUpval:
			*cl.up[i.rb()].v = *a
			continue
		case opGetGlobal:
			t, key := cl.env, k.at(uint64(i>>16)&maxConst)
			if h := i.hint(); h < uint64(len(t.nodes)) {
				if n := &t.nodes[h]; n.key.p == key.p && n.key.n == key.n && n.val.p != nil {
					*a = n.val
					continue
				}
			}
			if v := t.lookup(*key, cl.proto.hashes[i.bx()], &code[pc-1]); v != nil {
				*a = *v
				continue
			}
		case opSetGlobal:
			t, key := cl.env, k.at(uint64(i>>16)&maxConst)
			if h := i.hint(); h < uint64(len(t.nodes)) {
				if n := &t.nodes[h]; n.key.p == key.p && n.key.n == key.n && n.val.p != nil {
					n.val = *a
					continue
				}
			}
			if v := t.lookup(*key, cl.proto.hashes[i.bx()], &code[pc-1]); v != nil {
				*v = *a
				continue
			}
		case opGetField:
			o := r.at(i.rb())
			if o.n != wordTable {
				break
			}
			t, key := o.table(), k.at(i.kc())
			if h := i.hint(); h < uint64(len(t.nodes)) {
				if n := &t.nodes[h]; n.key.p == key.p && n.key.n == key.n && n.val.p != nil {
					*a = n.val
					continue
				}
			}
			if v := t.lookup(*key, cl.proto.hashes[i.kc()], &code[pc-1]); v != nil {
				*a = *v
				continue
			}
			if t.meta == nil {
				*a = Value{}
				continue
			}
		case opSelfField:
			o := *r.at(i.rb())
			if o.n != wordTable {
				break
			}
			t, key := o.table(), k.at(i.kc())
			v := t.lookup(*key, cl.proto.hashes[i.kc()], &code[pc-1])
			for level := range maxMetaLoop { // methods of a class
				if t.meta == nil || v != nil {
					break
				}
				index := t.meta.fast(tmIndex)
				if index.n != wordTable {
					break
				}
				t = index.table()
				v = t.lookup(*key, cl.proto.hashes[i.kc()], &code[pc-1])
				if level&3 == 3 {
					fuel--
				}
			}
			if v != nil {
				*r.at(i.ra() + 1) = o
				*a = *v
				continue
			}
		case opGetIndex:
			o, key := r.at(i.rb()), r.at(i.rc())
			if o.n != wordTable {
				break
			}
			t := o.table()
			if key.num() {
				f := key.float()
				if at := int(f); float64(at) == f && uint(at-1) < uint(len(t.arr)) {
					if v := &t.arr[at-1]; v.p != nil || t.meta == nil {
						*a = *v
						continue
					}
				}
			} else if key.isString() && key.strLen() <= freeText {
				if v := t.getText(*key, hashText(key.str())); v.p != nil || t.meta == nil {
					*a = v
					continue
				}
			}
		case opSetField:
			if a.n != wordTable {
				break
			}
			t, key := a.table(), k.at(i.kb())
			if h := i.hint(); h < uint64(len(t.nodes)) {
				if n := &t.nodes[h]; n.key.p == key.p && n.key.n == key.n && n.val.p != nil {
					n.val = *r.at(i.rc())
					continue
				}
			}
			if v := t.lookup(*key, cl.proto.hashes[i.kb()], &code[pc-1]); v != nil {
				*v = *r.at(i.rc())
				continue
			}
			if t.meta == nil {
				ci.pc, in.fuel = pc, fuel
				t.setHashed(*key, cl.proto.hashes[i.kb()], *r.at(i.rc()))
				fuel = in.fuel
				continue
			}
		case opSetFieldK:
			if a.n != wordTable {
				break
			}
			if v := a.table().lookup(*k.at(i.kb()), cl.proto.hashes[i.kb()], &code[pc-1]); v != nil {
				*v = *k.at(i.kc())
				continue
			}
		case opSetIndex:
			if a.n != wordTable {
				break
			}
			t, key := a.table(), r.at(i.rb())
			if key.num() {
				f := key.float()
				if at := int(f); float64(at) == f && uint(at-1) < uint(len(t.arr)) {
					if v := &t.arr[at-1]; v.p != nil || t.meta == nil {
						*v = *r.at(i.rc())
						continue
					}
				}
			}
		case opAddRR:
			x, y := r.at(i.rb()), r.at(i.rc())
			if x.num() && y.num() {
				a.setNumber(x.float() + y.float())
				continue
			}
		case opAddRK:
			x := r.at(i.rb())
			if x.num() {
				a.setNumber(x.float() + k.at(i.kc()).float())
				continue
			}
		case opSubRR:
			x, y := r.at(i.rb()), r.at(i.rc())
			if x.num() && y.num() {
				a.setNumber(x.float() - y.float())
				continue
			}
		case opSubRK:
			x := r.at(i.rb())
			if x.num() {
				a.setNumber(x.float() - k.at(i.kc()).float())
				continue
			}
		case opMulRR:
			x, y := r.at(i.rb()), r.at(i.rc())
			if x.num() && y.num() {
				a.setNumber(x.float() * y.float())
				continue
			}
		case opMulRK:
			x := r.at(i.rb())
			if x.num() {
				a.setNumber(x.float() * k.at(i.kc()).float())
				continue
			}
		case opDivRR:
			x, y := r.at(i.rb()), r.at(i.rc())
			if x.num() && y.num() {
				a.setNumber(x.float() / y.float())
				continue
			}
		case opDivRK:
			x := r.at(i.rb())
			if x.num() {
				a.setNumber(x.float() / k.at(i.kc()).float())
				continue
			}
		case opModRK:
			x := r.at(i.rb())
			if x.num() {
				a.setNumber(modulo(x.float(), k.at(i.kc()).float()))
				continue
			}
		case opAdd, opSub, opMul, opDiv, opMod, opPow:
			x, y := r.operand(k, i.rb()), r.operand(k, i.rc())
			if x.num() && y.num() {
				if i.op() == opPow && y.float() != 2 {
					fuel -= powerCost
				}
				a.setNumber(arith(i.op(), x.float(), y.float()))
				continue
			}
		case opUnm:
			if x := r.at(i.rb()); x.num() {
				a.setNumber(-x.float())
				continue
			}
		case opNot:
			a.setBool(r.at(i.rb()).isFalse())
			continue
		case opLen:
			if x := r.at(i.rb()); x.n == wordTable {
				in.fuel = fuel
				a.setNumber(float64(x.table().length()))
				fuel = in.fuel
				continue
			}
		case opJmp:
			pc += i.sb()
			continue
		case opEqRR, opEqRK:
			x, y := r.at(i.rb()), r.operand(k, i.rc())
			equal := x.p == y.p && x.n == y.n
			if x.num() && y.num() {
				equal = x.float() == y.float()
			} else if !equal && mayEqual(x, y) {
				break
			}
			if equal == (i.ra() != 0) {
				pc += code[pc].sb()
			}
			pc++
			continue
		case opLtRR:
			x, y := r.at(i.rb()), r.at(i.rc())
			if x.num() && y.num() {
				if (x.float() < y.float()) == (i.ra() != 0) {
					pc += code[pc].sb()
				}
				pc++
				continue
			}
		case opLtRK:
			x := r.at(i.rb())
			if x.num() {
				if (x.float() < k.at(i.kc()).float()) == (i.ra() != 0) {
					pc += code[pc].sb()
				}
				pc++
				continue
			}
		case opLtKR:
			y := r.at(i.rc())
			if y.num() {
				if (k.at(i.kb()).float() < y.float()) == (i.ra() != 0) {
					pc += code[pc].sb()
				}
				pc++
				continue
			}
		case opLeRR:
			x, y := r.at(i.rb()), r.at(i.rc())
			if x.num() && y.num() {
				if (x.float() <= y.float()) == (i.ra() != 0) {
					pc += code[pc].sb()
				}
				pc++
				continue
			}
		case opLeRK:
			x := r.at(i.rb())
			if x.num() {
				if (x.float() <= k.at(i.kc()).float()) == (i.ra() != 0) {
					pc += code[pc].sb()
				}
				pc++
				continue
			}
		case opLeKR:
			y := r.at(i.rc())
			if y.num() {
				if (k.at(i.kb()).float() <= y.float()) == (i.ra() != 0) {
					pc += code[pc].sb()
				}
				pc++
				continue
			}
		case opTest:
			if a.isFalse() == (i.rc() == 0) {
				pc += code[pc].sb()
			}
			pc++
			continue
		case opTestSet:
			if x := r.at(i.rb()); x.isFalse() == (i.rc() == 0) {
				*a = *x
				pc += code[pc].sb()
			}
			pc++
			continue
		case opCall:
			fnAt := ci.base + i.a()
			nargs := i.b() - 1
			if nargs < 0 {
				nargs = th.top - fnAt - 1
			}
			ci.pc, in.fuel = pc, fuel
			if a.n == wordClosure {
				ci = th.enterLua(a.closure(), fnAt, nargs, i.c()-1)
				fuel = in.fuel
				goto enter
			}
			switch th.precall(fnAt, nargs, i.c()-1) {
			case calledLua:
				fuel = in.fuel
				ci = th.ci
				goto enter
			case calledYield:
				return
			}
			fuel = in.fuel
			r = regsOf(th.stack, ci.base)
			continue
		case opTailCall:
			ci.pc, in.fuel = pc, fuel
			switch th.tailCall(ci, i) {
			case calledLua:
				fuel = in.fuel
				ci = th.ci
				goto enter
			case calledYield:
				return
			}
			fuel = in.fuel
			r = regsOf(th.stack, ci.base)
			continue
		case opReturn0, opReturn1:
			if th.open != nil {
				th.closeUpvalues(ci.base)
			}
			to := &th.stack[ci.fnAt]
			if i.op() == opReturn1 {
				*to = *a
				if ci.want != 1 {
					th.results(ci.fnAt, ci.fnAt, 1, ci.want)
				}
			} else if ci.want == 1 {
				*to = Value{}
			} else {
				th.results(ci.fnAt, ci.fnAt, 0, ci.want)
			}
			th.calls--
			th.ci = ci.prev
			if ci.fresh {
				in.fuel = fuel
				return
			}
			ci = th.ci
			goto enter
		case opReturn:
			from := ci.base + i.a()
			n := i.b() - 1
			if n < 0 {
				n = th.top - from
				fuel -= n >> 4
			}
			if th.open != nil {
				th.closeUpvalues(ci.base)
			}
			th.results(ci.fnAt, from, n, ci.want)
			th.calls--
			th.ci = ci.prev
			if ci.fresh {
				in.fuel = fuel
				return
			}
			ci = th.ci
			goto enter
		case opForLoop:
			step := r.at(i.ra() + 2).float()
			f := a.float() + step
			limit := r.at(i.ra() + 1).float()
			if step > 0 && f <= limit || step <= 0 && limit <= f {
				a.setNumber(f)
				r.at(i.ra() + 3).setNumber(f)
				pc += i.sb()
			}
			continue
		case opTForLoop:
			if a.n == wordNative && a.native().kind == nativeNext && r.at(i.ra()+1).n == wordTable {
				in.fuel = fuel
				key, val, ok := r.at(i.ra() + 1).table().next(*r.at(i.ra() + 2))
				fuel = in.fuel
				if !ok {
					break
				}
				if key.p != nil {
					*r.at(i.ra() + 2) = key
					*r.at(i.ra() + 3) = key
					if n := i.rc(); n > 1 {
						*r.at(i.ra() + 4) = val
						for at := i.ra() + 5; at < i.ra()+3+n; at++ {
							*r.at(at) = Value{}
						}
					}
					pc += code[pc].sb()
				}
				pc++
				continue
			}
			if control := r.at(i.ra() + 2); a.n == wordNative && a.native().kind == nativeStep && r.at(i.ra()+1).n == wordTable && control.num() {
				at := int(control.float()) + 1
				if v := r.at(i.ra() + 1).table().getInt(at); v.p != nil {
					control.setNumber(float64(at))
					r.at(i.ra() + 3).setNumber(float64(at))
					for extra := i.ra() + 4; extra < i.ra()+3+i.rc(); extra++ {
						*r.at(extra), v = v, Value{}
					}
					pc += code[pc].sb()
				}
				pc++
				continue
			}
		case opClose:
			th.closeUpvalues(ci.base + i.a())
			continue
		case opNewTable:
			ci.pc, in.fuel = pc, fuel
			*a = tableValue(in.NewTable(i.b(), i.c()))
			fuel = in.fuel
			continue
		case opClosure:
			ci.pc, in.fuel = pc, fuel
			*a = closureValue(th.newClosure(cl, cl.proto.protos[i.bx()], ci.base))
			fuel = in.fuel
			continue
		}
		ci.pc, in.fuel = pc, fuel
		pc = th.slow(ci, i)
		fuel = in.fuel
		r = regsOf(th.stack, ci.base)
	}
}

// operand is a register or constant.
func (r regs) operand(k regs, at uint64) *Value {
	if at&constBit != 0 {
		return k.at(at & maxDirect)
	}
	return r.at(at)
}

// mayEqual tells whether values that are not the same may be equal still.
func mayEqual(x, y *Value) bool {
	if x.n != y.n {
		return false
	}
	return x.isString() || x.n == wordTable || x.n == wordUserdata
}
