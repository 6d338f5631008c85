package lua

import "slices"

// finish puts the special cases of operations in and drops the memory that was reserved.
func (fs *funcState) finish() {
	p := fs.proto
	for at := range p.code {
		p.code[at] = p.special(p.code[at])
	}
	p.hashes = make([]uint32, len(p.consts))
	for i, v := range p.consts {
		if v.isString() {
			p.hashes[i] = hashText(v.str())
		}
	}
	p.code, p.lines, p.consts = slices.Clone(p.code), slices.Clone(p.lines), slices.Clone(p.consts)
	p.locals, p.protos = slices.Clone(p.locals), slices.Clone(p.protos)
}

func (p *proto) isNumber(rk int) bool { return rk&constBit != 0 && p.consts[rk&maxDirect].isNumber() }

func (p *proto) isText(rk int) bool { return rk&constBit != 0 && p.consts[rk&maxDirect].isString() }

var (
	bothRegisters = map[opcode]opcode{
		opAdd: opAddRR, opSub: opSubRR, opMul: opMulRR, opDiv: opDivRR, opEq: opEqRR, opLt: opLtRR, opLe: opLeRR, opGetTable: opGetIndex,
	}
	constantRight = map[opcode]opcode{
		opAdd: opAddRK, opSub: opSubRK, opMul: opMulRK, opDiv: opDivRK, opMod: opModRK, opLt: opLtRK, opLe: opLeRK,
	}
	constantLeft = map[opcode]opcode{opLt: opLtKR, opLe: opLeKR}
)

// special is the special case of an instruction, itself where there is none.
func (p *proto) special(i instr) instr {
	b, c := i.b(), i.c()
	registers := b&constBit == 0 && c&constBit == 0
	op, ok := opcode(0), false
	switch i.op() {
	case opGetTable, opSelf:
		return p.specialGet(i)
	case opSetTable:
		return p.specialSet(i)
	case opEq:
		if b&constBit != 0 && c&constBit == 0 {
			i.setB(c)
			i.setC(b)
			b, c = c, b
		}
		switch {
		case registers:
			op, ok = opEqRR, true
		case b&constBit == 0:
			op, ok = opEqRK, true
		}
	case opReturn:
		op, ok = opReturn0, b == 1
		if b == 2 {
			op, ok = opReturn1, true
		}
	case opAdd, opSub, opMul, opDiv, opMod, opLt, opLe:
		switch {
		case registers:
			op, ok = bothRegisters[i.op()]
		case b&constBit == 0 && p.isNumber(c):
			op, ok = constantRight[i.op()]
		case c&constBit == 0 && p.isNumber(b):
			op, ok = constantLeft[i.op()]
		}
	}
	if ok {
		i.setOp(op)
	}
	return i
}

func (p *proto) specialGet(i instr) instr {
	switch {
	case i.op() == opSelf && p.isText(i.c()):
		i.setOp(opSelfField)
	case i.op() == opSelf:
	case p.isText(i.c()):
		i.setOp(opGetField)
	case i.c()&constBit == 0:
		i.setOp(opGetIndex)
	}
	return i
}

func (p *proto) specialSet(i instr) instr {
	switch key, value := i.b(), i.c(); {
	case p.isText(key) && value&constBit != 0:
		i.setOp(opSetFieldK)
	case p.isText(key):
		i.setOp(opSetField)
	case key&constBit == 0 && value&constBit == 0:
		i.setOp(opSetIndex)
	}
	return i
}
