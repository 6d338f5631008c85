package lpeg

import "unsafe"

// opcode is what an instruction does. Unless said otherwise, a failing one takes the latest choice.
type opcode uint8

const (
	iEnd       opcode = iota // the match is done
	iGiveUp                  // no choice is left
	iFail                    // fail
	iByte                    // one byte: c
	iSet                     // one byte of the set
	iSetN                    // n bytes of the set
	iAny                     // n bytes
	iText                    // the text n
	iUnless                  // fail if the next byte is in the set
	iSpan                    // all bytes of the set that follow
	iSpan1                   // the same, one at least
	iSpanMost                // the same, n at most
	iUntil                   // all bytes before text n, or before the end
	iUntilByte               // all bytes before c, or before the end; n at least
	iRest                    // all bytes
	iTestByte                // go to `to` unless the next byte is c
	iTestSet                 // go to `to` unless the next byte is in the set
	iTestAny                 // go to `to` at the end
	iDispatch                // go to where table n has the next byte
	iBehind                  // n bytes back
	iJump                    // go to
	iChoice                  // keep `to` as what to do on failure
	iCommit                  // forget the latest choice, go to
	iPartial                 // renew the latest choice, go to
	iBack                    // forget the latest choice but return to its position, go to
	iFailTwice               // forget the latest choice, fail
	iCall                    // call the rule at `to`
	iReturn                  // from a rule
	iOpen                    // begin a capture
	iClose                   // end the capture that is open
	iFull                    // a capture of the last n bytes
	iCloseTime               // end a match-time capture and ask its function
)

// instruction is one step of a program; to is an index into the program.
type instruction struct {
	op   opcode
	kind kind
	mask uint8 // of the set in its table
	c    byte
	n    int32
	to   int32
	arg  int32 // the capture's value or number
	set  *[256]uint8
}

// Program is a compiled pattern. It does not change; several machines may run it at a time.
type Program struct {
	code   []instruction
	texts  []string
	tables []*dispatch
	values []any
	tabs   int  // tables of sets
	first  Set  // of the first bytes of a match
	sure   bool // a match has a first byte
}

// dispatch says where to go by the next byte; the last entry is for the end.
type dispatch [257]int32

// Values are the host's values in the order of their numbers in calls of a Host.
func (p *Program) Values() []any { return p.values }

// Size is the memory of the program in bytes.
func (p *Program) Size() int {
	size := 96 + int(unsafe.Sizeof(instruction{}))*len(p.code) + 16*len(p.values) + 256*p.tabs + 257*4*len(p.tables)
	for _, text := range p.texts {
		size += 16 + len(text)
	}
	return size
}
