// Package luapattern compiles and matches the patterns of Lua 5.1: bytes, not runes, with the results
// and error texts of the C implementation. It knows no Lua interpreter.
package luapattern

// MaxCaptures is how many captures a pattern may have.
const MaxCaptures = 32

// Error is what is wrong with a pattern. As in C it is found when the match reaches the fault, not
// when the pattern is compiled.
type Error string

func (e Error) Error() string { return string(e) }

// The errors of patterns.
const (
	errEscape     Error = "malformed pattern (ends with '%')"
	errBracket    Error = "malformed pattern (missing ']')"
	errFrontier   Error = "missing '[' after '%f' in pattern"
	errBalance    Error = "unbalanced pattern"
	errClose      Error = "invalid pattern capture"
	errReference  Error = "invalid capture index"
	errTooMany    Error = "too many captures"
	ErrUnfinished Error = "unfinished capture"    // ErrUnfinished is for who takes a capture that was not closed
	ErrIndex      Error = "invalid capture index" // ErrIndex is for who takes a capture that does not exist
)

// Pattern is a compiled pattern. It never changes; any number of matchers may use it.
type Pattern struct {
	items    []item
	captures int
	first    *set   // the bytes a match can start with, nil if it may be any or none
	prefix   string // the text a match starts with, if that is fixed
	err      Error
	sets     int // of its own
}

// Size is about the pattern's memory in bytes.
func (p *Pattern) Size() int { return 128 + 112*len(p.items) + 256*p.sets }

// Captures is the number of captures a match sets.
func (p *Pattern) Captures() int { return p.captures }

type op uint8

const (
	opMatch    op = iota // the pattern's end
	opError              // the pattern's fault
	opFail               // never matches
	opText               // these bytes
	opOne                // one byte of a set
	opGreedy             // bytes of a set, as many as possible: * and +
	opLazy               // bytes of a set, as few as possible: -
	opOptional           // ?
	opOpen               // (
	opClose              // )
	opPosition           // ()
	opRefer              // %1
	opBalance            // %bxy
	opFrontier           // %f[set]
	opEnd                // $ at the end
)

// item is one step of a pattern. Patterns have no alternatives and no nesting: a match goes through
// the items in order, and only repetitions have another try.
type item struct {
	op    op
	index uint8 // of the capture
	span  span  // how bytes of the set are counted quickly
	stop  byte  // spanUntil: the only byte not in the set; %b: the opening byte
	close byte  // %b: the closing byte
	firm  bool  // another number of repetitions can never help
	toEnd bool  // opLazy: what follows matches at the subject's end only
	least int   // repetitions
	set   *set  // spanSet and opFrontier
	next  *set  // the bytes that what follows can start with, nil if that may be any or none
	text  string
}

// span is how far a set reaches in a subject.
type span uint8

const (
	spanSet   span = iota
	spanAll        // any byte
	spanUntil      // any byte but one
)

// reach is the end of the run of the item's bytes that starts at at.
func (it *item) reach(s string, at int) int {
	switch it.span {
	case spanAll:
		return len(s)
	case spanUntil:
		if n := indexByte(s[at:], it.stop); n >= 0 {
			return at + n
		}
		return len(s)
	}
	set := it.set
	for at < len(s) && set[s[at]] {
		at++
	}
	return at
}

// giveBack is the last place from low to at where what follows may match, -1 if there is none.
func (it *item) giveBack(s string, low, at int) int {
	if it.next == nil {
		return at
	}
	next := it.next
	if at == len(s) {
		at-- // what follows needs a byte
	}
	for at >= low && !next[s[at]] {
		at--
	}
	if at < low {
		return -1
	}
	return at
}

// seek is the first place from at on where what follows a lazy repetition may match, reached by
// bytes of its set only. Without one it is where the search ended.
func (it *item) seek(s string, at int) (place int, ok bool) {
	if it.toEnd {
		at = it.reach(s, at)
		return at, at == len(s)
	}
	if it.next == nil {
		return at, true
	}
	set, next := it.set, it.next
	for ; at < len(s); at++ {
		if next[s[at]] {
			return at, true
		}
		if !set[s[at]] {
			break
		}
	}
	return at, false
}
