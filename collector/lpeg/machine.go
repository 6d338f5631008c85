package lpeg

import (
	"math"
	"strings"
	"unsafe"
)

// Host makes and uses the values of captures. It has a stack of values, which the machine tells it to
// push and take. Spend, Need and Fail end a match by a panic of the host's own; any method may.
type Host interface {
	// Spend charges steps of the machine.
	Spend(steps int)
	// Need asks for bytes of memory before the machine takes them. Size tells how many it has.
	Need(bytes int)
	// Fail ends the match with an error. It does not return.
	Fail(text string)

	// Text pushes a string. It must copy it: its memory is the subject's or will be used again.
	Text(s string)
	// Number pushes a number.
	Number(n int)
	// Value pushes the program's value i, Dynamic what a match-time capture gave, Argument the extra
	// argument n; it tells whether there is such a one.
	Value(i int)
	Dynamic(i int)
	Argument(n int) bool
	// Drop takes the n values on top. Select replaces the n values on top by the k-th of them, from 1.
	Drop(n int)
	Select(n, k int)
	// PopText takes a value as a string, if it is one or a number; else it says what it is.
	PopText() (s string, ok bool, kind string)
	// Name is how errors call the program's value i, the name of a group.
	Name(i int) string
	// Table replaces the n values on top by a table of them. fields, in order, are those that have a name;
	// the others count from 1.
	Table(n int, fields []Field)
	// Query replaces the value on top by what the table, value i, has for it, or by nothing.
	Query(i int) (found bool)
	// Call replaces the n values on top by the results of the function, value i, with them: want
	// results, all for -1. It gives their number.
	Call(i, n, want int) int
	// MatchTime calls the function, value i, with the subject, the position, from 1, and the n values on
	// top, which it takes. ok is false where the match fails, next is the new position, 0 for the same.
	// values is the number of further results, which Dynamic numbers from base.
	MatchTime(i, position, n, base int) (ok bool, next, values int)
}

// Field says which of the values of a table has a name: value number At, from 0, that of value Name.
type Field struct{ At, Name int }

// DefaultStack is the least number of pending calls and choices that a machine allows.
const DefaultStack = 400

const (
	sliceSteps   = 2048 // steps between two charges
	smallFrames  = 64
	smallEntries = 64
	keepBytes    = 1 << 16 // a machine's memory that is kept from match to match
	maxDynamic   = 32767   // values of match-time captures
	frameBytes   = int(unsafe.Sizeof(frame{}))
	entryBytes   = int(unsafe.Sizeof(entry{}))
)

// frame is a pending choice, or a call if s is negative.
type frame struct {
	pc, s      int32
	caps, open int32
}

// entry is a capture. Those inside it follow; next is the one after these.
type entry struct {
	start, end   int32
	next, parent int32
	arg          int32
	kind         kind
}

// Machine runs programs. One goroutine at a time uses it, and no match inside another.
type Machine struct {
	p        *Program
	host     Host
	subject  string
	steps    int // left of the present slice
	asked    int // limit of stack
	limit    int // of stack
	stack    []frame
	caps     []entry
	valid    int // number of captures
	end      int
	dynamic  int // values of match-time captures
	depth    int // of captures that are evaluated
	building int
	text     []byte
	fields   []Field
}

// Match matches from a position, from 0, and gives the position after the match. limit is the number of
// calls and choices that may be pending.
func (m *Machine) Match(p *Program, subject string, start, limit int, host Host) (end int, ok bool) {
	m.begin(p, subject, limit, host)
	m.end = m.run(start)
	return m.end, m.end >= 0
}

// Find is Match at the first position from start where there is one.
func (m *Machine) Find(p *Program, subject string, start, limit int, host Host) (from, end int, ok bool) {
	m.begin(p, subject, limit, host)
	for from = start; from <= len(subject); from++ {
		if p.sure {
			first := from
			for from < len(subject) && !p.first.contains(subject[from]) {
				from++
			}
			if m.spend((from - first) >> 2); from == len(subject) {
				break
			}
		}
		if m.end = m.run(from); m.end >= 0 {
			return from, m.end, true
		}
		m.dynamic = 0
	}
	return 0, 0, false
}

func (m *Machine) begin(p *Program, subject string, limit int, host Host) {
	if len(subject) >= math.MaxInt32 {
		host.Fail("subject string too long")
	}
	m.p, m.host, m.subject, m.asked, m.limit = p, host, subject, limit, max(limit, DefaultStack)
	m.steps, m.dynamic, m.depth, m.building = sliceSteps, 0, 0, 0
	m.text, m.fields = m.text[:0], m.fields[:0]
	if m.stack == nil {
		m.stack, m.caps = make([]frame, smallFrames), make([]entry, smallEntries)
	}
}

// Release forgets a match. It charges what was not charged yet.
func (m *Machine) Release() {
	host, used := m.host, sliceSteps-m.steps
	m.p, m.host, m.subject = nil, nil, ""
	if frameBytes*cap(m.stack) > keepBytes {
		m.stack = nil
	}
	if entryBytes*cap(m.caps) > keepBytes {
		m.stack, m.caps = nil, nil
	}
	if cap(m.text) > keepBytes {
		m.text = nil
	}
	m.steps = sliceSteps
	host.Spend(used)
}

// Size is the memory of the machine in bytes.
func (m *Machine) Size() int {
	return frameBytes*cap(m.stack) + entryBytes*cap(m.caps) + cap(m.text) + int(unsafe.Sizeof(Field{}))*cap(m.fields)
}

// grow doubles the stack.
func (m *Machine) grow() []frame {
	n := len(m.stack)
	if n >= m.limit {
		m.host.Fail("backtrack stack overflow (current limit is " + itoa(m.asked) + ")")
	}
	size := min(2*n, m.limit)
	m.host.Need(frameBytes * size)
	stack := make([]frame, size)
	copy(stack, m.stack)
	m.stack = stack
	return stack
}

// growCaps doubles the list of captures.
func (m *Machine) growCaps() []entry {
	size := 2 * len(m.caps)
	if size > math.MaxInt32 {
		m.host.Fail("too many captures")
	}
	m.host.Need(entryBytes * size)
	caps := make([]entry, size)
	copy(caps, m.caps)
	m.caps = caps
	return caps
}

// charge asks for another slice of steps.
func (m *Machine) charge(steps int) int {
	for steps < 0 {
		m.host.Spend(sliceSteps)
		steps += sliceSteps
	}
	return steps
}

// run is the matcher: one loop over the program. It gives the position of the end, -1 for no match, and
// leaves the captures in m.caps.
func (m *Machine) run(s int) int {
	code, subject := m.p.code, m.subject
	stack, caps := m.stack, m.caps
	steps := m.steps
	pc, top, ncap, open := 0, 1, 0, int32(-1)
	stack[0] = frame{pc: int32(len(code) - 1)}
	for {
		if steps--; steps < 0 {
			steps = m.charge(steps)
		}
		in := &code[pc]
		switch in.op {
		case iByte:
			if s < len(subject) && subject[s] == in.c {
				s++
				pc++
				continue
			}
		case iSet:
			if s < len(subject) && in.set[subject[s]]&in.mask != 0 {
				s++
				pc++
				continue
			}
		case iSetN:
			if n := int(in.n); len(subject)-s >= n {
				set, mask, good := in.set, in.mask, true
				for _, b := range []byte(subject[s : s+n]) {
					if set[b]&mask == 0 {
						good = false
						break
					}
				}
				if good {
					s += n
					pc++
					continue
				}
			}
		case iAny:
			if len(subject)-s >= int(in.n) {
				s += int(in.n)
				pc++
				continue
			}
		case iText:
			if text := m.p.texts[in.n]; len(subject)-s >= len(text) && subject[s:s+len(text)] == text {
				s += len(text)
				pc++
				continue
			}
		case iUnless:
			if s >= len(subject) || in.set[subject[s]]&in.mask == 0 {
				pc++
				continue
			}
		case iSpan, iSpan1:
			i, set, mask := s, in.set, in.mask
			for i < len(subject) && set[subject[i]]&mask != 0 {
				i++
			}
			if in.op == iSpan || i > s {
				steps -= (i - s) >> 2
				s = i
				pc++
				continue
			}
		case iSpanMost:
			i, end, set, mask := s, min(s+int(in.n), len(subject)), in.set, in.mask
			for i < end && set[subject[i]]&mask != 0 {
				i++
			}
			steps -= (i - s) >> 2
			s = i
			pc++
			continue
		case iUntil:
			n := strings.Index(subject[s:], m.p.texts[in.n])
			if n < 0 {
				n = len(subject) - s
			}
			steps -= n >> 4
			s += n
			pc++
			continue
		case iUntilByte:
			n := strings.IndexByte(subject[s:], in.c)
			if n < 0 {
				n = len(subject) - s
			}
			if n >= int(in.n) {
				steps -= n >> 4
				s += n
				pc++
				continue
			}
		case iRest:
			s = len(subject)
			pc++
			continue
		case iDispatch:
			next := 256
			if s < len(subject) {
				next = int(subject[s])
			}
			pc = int(m.p.tables[in.n][next])
			continue
		case iTestByte:
			if s < len(subject) && subject[s] == in.c {
				pc++
			} else {
				pc = int(in.to)
			}
			continue
		case iTestSet:
			if s < len(subject) && in.set[subject[s]]&in.mask != 0 {
				pc++
			} else {
				pc = int(in.to)
			}
			continue
		case iTestAny:
			if s < len(subject) {
				pc++
			} else {
				pc = int(in.to)
			}
			continue
		case iBehind:
			if s >= int(in.n) {
				s -= int(in.n)
				pc++
				continue
			}
		case iJump:
			pc = int(in.to)
			continue
		case iChoice:
			if top == len(stack) {
				stack = m.grow()
			}
			f := &stack[top]
			f.pc, f.s, f.caps, f.open = in.to, int32(s), int32(ncap), open
			top++
			pc++
			continue
		case iCommit:
			top--
			pc = int(in.to)
			continue
		case iPartial:
			f := &stack[top-1]
			f.s, f.caps, f.open = int32(s), int32(ncap), open
			pc = int(in.to)
			continue
		case iBack:
			top--
			s, open = int(stack[top].s), stack[top].open
			ncap = m.cut(int(stack[top].caps), ncap)
			pc = int(in.to)
			continue
		case iFailTwice:
			top--
		case iCall:
			if top == len(stack) {
				stack = m.grow()
			}
			f := &stack[top]
			f.pc, f.s, f.caps, f.open = int32(pc+1), -1, 0, 0
			top++
			pc = int(in.to)
			continue
		case iReturn:
			top--
			pc = int(stack[top].pc)
			continue
		case iFull:
			if ncap == len(caps) {
				caps = m.growCaps()
			}
			e := &caps[ncap] // field by field: a copy of all would wait for the parts
			e.start, e.end, e.next, e.parent = int32(s)-in.n, int32(s), int32(ncap+1), open
			e.arg, e.kind = in.arg, in.kind
			ncap++
			pc++
			continue
		case iOpen:
			if ncap == len(caps) {
				caps = m.growCaps()
			}
			e := &caps[ncap]
			e.start, e.end, e.next, e.parent = int32(s), -1, -1, open
			e.arg, e.kind = in.arg, in.kind
			open = int32(ncap)
			ncap++
			pc++
			continue
		case iClose:
			e := &caps[open]
			e.end, e.next = int32(s), int32(ncap)
			open = e.parent
			pc++
			continue
		case iCloseTime:
			m.steps = steps
			at := int(open)
			open = caps[at].parent
			next, ok := m.matchTime(at, ncap, s, int(in.arg))
			steps, caps = m.steps, m.caps
			ncap = m.valid
			if ok {
				s = next
				pc++
				continue
			}
		case iFail:
		case iEnd:
			m.steps, m.valid = steps, ncap
			return s
		case iGiveUp:
			m.steps, m.valid = steps, 0
			return -1
		}
		for top--; stack[top].s < 0; top-- {
		}
		f := &stack[top]
		pc, s, open = int(f.pc), int(f.s), f.open
		if m.dynamic > 0 {
			m.cut(int(f.caps), ncap)
		}
		ncap = int(f.caps)
	}
}

// cut drops captures and the values that match-time captures gave for them.
func (m *Machine) cut(to, from int) int {
	if m.dynamic == 0 {
		return to
	}
	for _, e := range m.caps[to:from] {
		if e.kind == kindDynamic {
			m.dynamic = int(e.arg)
			break
		}
	}
	return to
}

// matchTime ends the match-time capture that began at an entry: what is captured inside it goes to the
// function now, the function's values take its place. The number of captures is left in m.valid.
func (m *Machine) matchTime(at, ncap, s, f int) (next int, ok bool) {
	e := &m.caps[at]
	e.end, e.next, e.kind = int32(s), int32(ncap), kindGroup
	m.valid = ncap
	n := m.nested(at, false)
	base := m.dynamic
	for _, inner := range m.caps[at+1 : ncap] {
		if inner.kind == kindDynamic {
			base = int(inner.arg)
			break
		}
	}
	ok, next, values := m.host.MatchTime(f, s+1, n, base)
	m.dynamic, m.valid = base, at
	if !ok {
		return 0, false
	}
	if next == 0 {
		next = s + 1
	}
	if next <= s || next > len(m.subject)+1 {
		m.host.Fail("invalid position returned by match-time capture")
	}
	next--
	if values > 0 {
		m.dynamicValues(at, next, values)
	}
	return next, true
}

// dynamicValues makes the entry at, a group, hold values of a match-time capture.
func (m *Machine) dynamicValues(at, s, values int) {
	if m.dynamic+values >= maxDynamic {
		m.host.Fail("too many results in match-time capture")
	}
	for at+1+values > len(m.caps) {
		m.growCaps()
	}
	for i := range values {
		k := at + 1 + i
		m.caps[k] = entry{int32(s), int32(s), int32(k + 1), int32(at), int32(m.dynamic + i), kindDynamic}
	}
	m.caps[at].end, m.caps[at].next, m.caps[at].arg = int32(s), int32(at+1+values), -1
	m.dynamic += values
	m.valid = at + 1 + values
}
