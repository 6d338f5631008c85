package lua

// instr is one instruction of the register machine. From the lowest bits: the operation (8 bits), a
// register A (8), B and C (16 each; with constBit, a constant), and 16 bits for the place where the
// operation found its key last. Instead of B and C there may be a constant's or function's index (24
// bits from B on), or a signed distance of jumps (the upper 32).
type instr uint64

const (
	constBit  = 0x8000
	maxConst  = 1<<24 - 1
	maxDirect = constBit - 1 // constants that B and C can name
	maxStack  = 250          // registers of a function
)

func abc(op opcode, a, b, c int) instr {
	return instr(op) | instr(a&0xff)<<8 | instr(b&0xffff)<<16 | instr(c&0xffff)<<32
}
func abx(op opcode, a, bx int) instr { return instr(op) | instr(a&0xff)<<8 | instr(bx)<<16 }
func asb(op opcode, a, sb int) instr {
	return instr(op) | instr(a&0xff)<<8 | instr(uint32(int32(sb)))<<32
}

func (i instr) op() opcode   { return opcode(i) }
func (i instr) ra() uint64   { return uint64(i>>8) & 0xff }
func (i instr) rb() uint64   { return uint64(i>>16) & 0xffff }
func (i instr) rc() uint64   { return uint64(i>>32) & 0xffff }
func (i instr) kb() uint64   { return uint64(i>>16) & maxDirect }
func (i instr) kc() uint64   { return uint64(i>>32) & maxDirect }
func (i instr) a() int       { return int(i.ra()) }
func (i instr) b() int       { return int(i.rb()) }
func (i instr) c() int       { return int(i.rc()) }
func (i instr) bx() int      { return int(i>>16) & maxConst }
func (i instr) sb() int      { return int(int32(i >> 32)) }
func (i instr) hint() uint64 { return uint64(i >> 48) }

func (i *instr) setOp(op opcode) { *i = *i&^0xff | instr(op) }
func (i *instr) setA(a int)      { *i = *i&^0xff00 | instr(a&0xff)<<8 }
func (i *instr) setB(b int)      { *i = *i&^(0xffff<<16) | instr(b&0xffff)<<16 }
func (i *instr) setC(c int)      { *i = *i&^(0xffff<<32) | instr(c&0xffff)<<32 }
func (i *instr) setSb(sb int)    { *i = *i&0xffffffff | instr(uint32(int32(sb)))<<32 }
func (i *instr) setHint(h int)   { *i = *i&(1<<48-1) | instr(uint16(h))<<48 }

type opcode uint8

// The operations. R are registers, K constants, RK either, U upvalues. Those of the second group are
// special cases of the first that the compiler puts in at the end.
const (
	opMove      opcode = iota // R(A) = R(B)
	opLoadK                   // R(A) = K(Bx)
	opLoadBool                // R(A) = B ~= 0; skip one if C
	opLoadNil                 // R(A) … R(B) = nil
	opGetUpval                // R(A) = U(B)
	opGetGlobal               // R(A) = env[K(Bx)]
	opGetTable                // R(A) = R(B)[RK(C)]
	opSetGlobal               // env[K(Bx)] = R(A)
	opSetUpval                // U(B) = R(A)
	opSetTable                // R(A)[RK(B)] = RK(C)
	opNewTable                // R(A) = {} with room for B array and C other values
	opSelf                    // R(A+1) = R(B); R(A) = R(B)[RK(C)]
	opAdd                     // R(A) = RK(B) + RK(C), and so on
	opSub
	opMul
	opDiv
	opMod
	opPow
	opUnm      // R(A) = -R(B)
	opNot      // R(A) = not R(B)
	opLen      // R(A) = #R(B)
	opConcat   // R(A) = R(B) .. … .. R(C)
	opJmp      // jump by Sb
	opEq       // if (RK(B) == RK(C)) == A then the jump that follows
	opLt       // <
	opLe       // <=
	opTest     // if R(A) is C then the jump that follows
	opTestSet  // if R(B) is C then R(A) = R(B) and the jump that follows
	opCall     // R(A), …, R(A+C-2) = R(A)(R(A+1), …, R(A+B-1)); B 0: up to the top, C 0: all results
	opTailCall // return R(A)(R(A+1), …, R(A+B-1))
	opReturn   // return R(A), …, R(A+B-2); B 0: up to the top
	opForLoop  // R(A) += R(A+2); within the limit R(A+1): R(A+3) = R(A) and jump by Sb
	opForPrep  // R(A) -= R(A+2); jump by Sb
	opTForLoop // R(A+3), …, R(A+2+C) = R(A)(R(A+1), R(A+2)); if not nil R(A+2) = R(A+3) and the jump that follows
	opSetList  // R(A)[(C-1)*fieldsPerList+i] = R(A+i) for i from 1 to B; B 0: up to the top; C from the next one if 0
	opClose    // close the variables from R(A) on
	opClosure  // R(A) = function Bx
	opVararg   // R(A), …, R(A+B-2) = ...; B 0: all
	opExtra    // Sb is the rest of the one before

	opGetField  // getTable of a string constant
	opGetIndex  // getTable of a register
	opSetField  // setTable of a string constant, value a register
	opSetFieldK // value a constant
	opSetIndex  // setTable of a register, value a register
	opSelfField // self of a string constant
	opAddRR
	opAddRK
	opSubRR
	opSubRK
	opMulRR
	opMulRK
	opDivRR
	opDivRK
	opModRK
	opEqRR
	opEqRK
	opLtRR
	opLtRK
	opLtKR
	opLeRR
	opLeRK
	opLeKR
	opReturn0
	opReturn1
)

const fieldsPerList = 50

// generic is the operation that a special case stands for.
var generic = [...]opcode{
	opGetField: opGetTable, opGetIndex: opGetTable, opSetField: opSetTable, opSetFieldK: opSetTable, opSetIndex: opSetTable,
	opSelfField: opSelf, opAddRR: opAdd, opAddRK: opAdd, opSubRR: opSub, opSubRK: opSub, opMulRR: opMul, opMulRK: opMul,
	opDivRR: opDiv, opDivRK: opDiv, opModRK: opMod, opEqRR: opEq, opEqRK: opEq, opLtRR: opLt, opLtRK: opLt, opLtKR: opLt,
	opLeRR: opLe, opLeRK: opLe, opLeKR: opLe, opReturn0: opReturn, opReturn1: opReturn,
}

func (i instr) generic() opcode {
	if op := i.op(); op < opGetField {
		return op
	}
	return generic[i.op()]
}

// proto is what all closures of one function in the source share.
type proto struct {
	code      []instr
	consts    []Value
	hashes    []uint32 // of the constants that are strings
	protos    []*proto
	lines     []int32 // of the instructions
	locals    []localInfo
	upvalues  []string
	source    string // as debug.getinfo gives it
	name      string // as error texts give it
	line      int    // where the function begins, 0 for a chunk
	lastLine  int
	params    int
	maxStack  int
	vararg    bool
	needsArg  bool // has a local `arg` for its varargs
	mark      uint32
	upvalueOf []uint16 // for each upvalue, where it comes from: a register of the outer function, or constBit and an upvalue of it
}

// localInfo is the name of a register between two instructions.
type localInfo struct {
	name       string
	start, end int32
}
