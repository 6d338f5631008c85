package lua

// nameOf finds how the source calls what lies in a register before an instruction: "" if there is no
// name for it.
func (p *proto) nameOf(pc, reg int) (how, name string) {
	if name := p.localName(pc, reg); name != "" {
		return "local", name
	}
	at := p.setter(pc, reg)
	if at < 0 {
		return "", ""
	}
	switch i := p.code[at]; i.generic() {
	case opGetGlobal:
		return "global", p.consts[i.bx()].Text()
	case opMove:
		if i.b() < i.a() {
			return p.nameOf(pc, i.b())
		}
	case opGetTable:
		return "field", p.constName(i.c())
	case opGetUpval:
		if i.b() < len(p.upvalues) {
			return "upvalue", p.upvalues[i.b()]
		}
	case opSelf:
		return "method", p.constName(i.c())
	}
	return "", ""
}

func (p *proto) constName(rk int) string {
	if p.isText(rk) {
		return p.consts[rk&maxDirect].str()
	}
	return "?"
}

// localName is the local variable of a register, "" if there is none.
func (p *proto) localName(pc, reg int) string {
	for i := range p.locals {
		l := &p.locals[i]
		if int(l.start) > pc {
			break
		}
		if pc < int(l.end) {
			if reg == 0 {
				return l.name
			}
			reg--
		}
	}
	return ""
}

// setter is the instruction that set a register last before another one, -1 if there is none. Jumps
// forward that do not lead beyond are followed.
func (p *proto) setter(end, reg int) int {
	last := -1
	for pc := 0; pc < end; pc++ {
		i := p.code[pc]
		a := i.a()
		switch i.generic() {
		case opLoadNil:
			if a <= reg && reg <= i.b() {
				last = pc
			}
		case opTForLoop:
			if reg >= a+2 {
				last = pc
			}
		case opCall, opTailCall:
			if reg >= a {
				last = pc
			}
		case opSelf:
			if reg == a || reg == a+1 {
				last = pc
			}
		case opForLoop, opForPrep:
			if reg == a {
				last = pc
			}
			pc = p.follow(pc, end)
		case opJmp:
			pc = p.follow(pc, end)
		case opSetGlobal, opSetUpval, opSetTable, opEq, opLt, opLe, opReturn, opSetList, opClose, opExtra:
		default:
			if reg == a {
				last = pc
			}
		}
	}
	return last
}

func (p *proto) follow(pc, end int) int {
	if to := pc + 1 + p.code[pc].sb(); pc < to && to <= end {
		return to - 1
	}
	return pc
}
