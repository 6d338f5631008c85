package luapattern

import (
	"math/bits"
	"strings"
)

// Meter is charged for the work of a match. Spend may end the match by not returning.
type Meter interface {
	Spend(instructions int)
}

const (
	stepsPerInstruction = 8
	slice               = 4096 // steps between two charges
	free                = 128  // steps of a call that cost nothing
)

// Span is the place of a capture in the subject.
type Span struct {
	Start, End int // End may be Position or Unfinished
}

// Ends of captures without text.
const (
	Position   = -1 // the capture is the position Start
	Unfinished = -2 // the capture was not closed
)

// Matcher matches patterns. It holds the captures of the last match and is not safe for use by
// several goroutines.
type Matcher struct {
	captures [MaxCaptures]Span
	tries    []try
	meter    Meter
	steps    int
	charged  bool
}

// try is a repetition that can be done another number of times.
type try struct {
	item    int
	at, low int // its end now, and the least possible
}

// Start begins a call that the meter pays for.
func (m *Matcher) Start(meter Meter) {
	m.meter, m.steps, m.charged = meter, 0, false
}

// Settle charges the meter for what is left to pay.
func (m *Matcher) Settle() {
	if m.charged || m.steps > free {
		m.charge()
	}
}

// Work adds steps for work done outside of the matcher.
func (m *Matcher) Work(steps int) {
	if m.steps += steps; m.steps >= slice {
		m.charge()
	}
}

func (m *Matcher) charge() {
	n := m.steps / stepsPerInstruction
	m.steps, m.charged = 0, true
	m.meter.Spend(n)
}

// Captures are the captures of the last match, valid until the next one.
func (m *Matcher) Captures(p *Pattern) []Span { return m.captures[:p.captures] }

// Search finds the first match that starts at from or later: start is -1 if there is none.
func (m *Matcher) Search(p *Pattern, s string, from int) (start, end int, err error) {
	for ; from <= len(s); from++ {
		at := p.candidate(s, from)
		m.Work(1 + (at-from)/8)
		if at > len(s) {
			break
		}
		from = at
		if end, err = m.Match(p, s, from); err != nil {
			break
		}
		if end >= 0 {
			return from, end, nil
		}
	}
	return -1, -1, err
}

// candidate is the first place from at on where a match can start, beyond the subject's end if
// there is none.
func (p *Pattern) candidate(s string, at int) int {
	switch {
	case p.prefix != "":
		if n := strings.Index(s[at:], p.prefix); n >= 0 {
			return at + n
		}
		return len(s) + 1
	case p.first != nil:
		for at < len(s) && !p.first[s[at]] {
			at++
		}
		if at == len(s) {
			return at + 1
		}
	}
	return at
}

// Match matches the pattern at one place of the subject: end is -1 if it does not match there.
func (m *Matcher) Match(p *Pattern, s string, at int) (end int, err error) {
	m.tries = m.tries[:0]
	for pc := 0; ; {
		m.steps++
		if m.steps >= slice {
			m.charge()
		}
		it := &p.items[pc]
		ok := false
		switch it.op {
		case opMatch:
			return at, nil
		case opError:
			return -1, p.err
		case opText:
			if n := len(it.text); len(s)-at >= n && s[at:at+n] == it.text {
				at, ok = at+n, true
			}
			m.steps += len(it.text) >> 5
		case opOne:
			if at < len(s) && it.set[s[at]] {
				at, ok = at+1, true
			}
		case opGreedy:
			at, ok = m.greedy(it, pc, s, at)
		case opLazy:
			at, ok = m.lazy(it, pc, s, at)
		case opOptional:
			if ok = true; at < len(s) && it.set[s[at]] {
				if !it.firm {
					m.tries = append(m.tries, try{item: pc, at: at})
				}
				at++
			}
		case opOpen:
			m.captures[it.index&(MaxCaptures-1)] = Span{at, Unfinished}
			ok = true
		case opClose:
			m.captures[it.index&(MaxCaptures-1)].End = at
			ok = true
		case opPosition:
			m.captures[it.index&(MaxCaptures-1)] = Span{at, Position}
			ok = true
		case opBalance:
			at, ok = m.balanced(it, s, at)
		case opEnd:
			ok = at == len(s)
		default:
			at, ok = m.rare(it, s, at)
		}
		if ok {
			pc++
			continue
		}
		if pc, at = m.back(p, s); pc < 0 {
			return -1, nil
		}
	}
}

func (m *Matcher) greedy(it *item, pc int, s string, at int) (int, bool) {
	end := it.reach(s, at)
	low := at + it.least
	m.steps += (end - at) >> 2
	if end < low {
		return at, false
	}
	if it.firm {
		return end, true
	}
	last := it.giveBack(s, low, end)
	if last < 0 {
		return at, false
	}
	if last > low {
		m.tries = append(m.tries, try{pc, last, low})
	}
	return last, true
}

func (m *Matcher) lazy(it *item, pc int, s string, at int) (int, bool) {
	to, ok := it.seek(s, at)
	m.steps += (to - at) >> 2
	if !ok {
		return at, false
	}
	if !it.firm {
		m.tries = append(m.tries, try{item: pc, at: to})
	}
	return to, true
}

// rare matches the items that few patterns have.
func (m *Matcher) rare(it *item, s string, at int) (int, bool) {
	switch it.op {
	case opRefer:
		c := m.captures[it.index]
		text := s[c.Start:c.End]
		m.steps += len(text) >> 4
		return at + len(text), strings.HasPrefix(s[at:], text)
	case opFrontier:
		var before, after byte
		if at > 0 {
			before = s[at-1]
		}
		if at < len(s) {
			after = s[at]
		}
		return at, !it.set[before] && it.set[after]
	}
	return at, false
}

// balanced takes what %b takes: it counts the opening and closing bytes up to the one that closes the first.
func (m *Matcher) balanced(it *item, s string, at int) (int, bool) {
	if at >= len(s) || s[at] != it.stop {
		return at, false
	}
	opening, closing := it.stop, it.close
	depth := 1
	i := at + 1
	for ; i+8 <= len(s); i += 8 {
		word := word(s, i)
		for hits := marks(word, opening) | marks(word, closing); hits != 0; hits &= hits - 1 {
			k := i + bits.TrailingZeros64(hits)/8
			if s[k] == closing {
				if depth--; depth == 0 {
					m.steps += (k - at) >> 1
					return k + 1, true
				}
			} else if s[k] == opening {
				depth++
			}
		}
	}
	for ; i < len(s); i++ {
		if s[i] == closing {
			if depth--; depth == 0 {
				m.steps += (i - at) >> 1
				return i + 1, true
			}
		} else if s[i] == opening {
			depth++
		}
	}
	m.steps += (len(s) - at) >> 1
	return at, false
}

// word is the eight bytes at a place, the first one lowest.
func word(s string, at int) uint64 {
	s = s[at : at+8]
	return uint64(s[0]) | uint64(s[1])<<8 | uint64(s[2])<<16 | uint64(s[3])<<24 |
		uint64(s[4])<<32 | uint64(s[5])<<40 | uint64(s[6])<<48 | uint64(s[7])<<56
}

// marks has the highest bit of each byte of a word that is b; above such a byte it may have more.
func marks(word uint64, b byte) uint64 {
	const low, high = 0x0101010101010101, 0x8080808080808080
	word ^= low * uint64(b)
	return (word - low) &^ word & high
}

// back goes back to the last repetition that has another try; the item is -1 if there is none.
// What comes after it sets its captures anew.
func (m *Matcher) back(p *Pattern, s string) (pc, at int) {
	for n := len(m.tries) - 1; n >= 0; n-- {
		t := &m.tries[n]
		it := &p.items[t.item]
		pc, at = t.item+1, t.at
		switch it.op {
		case opOptional:
			m.tries = m.tries[:n]
			return pc, at
		case opGreedy:
			last := it.giveBack(s, t.low, at-1)
			if last < 0 {
				m.steps += (at - t.low) >> 2
				continue
			}
			m.steps += (at - last) >> 2
			if t.at = last; last == t.low {
				n--
			}
			m.tries = m.tries[:n+1]
			return pc, last
		case opLazy:
			if at >= len(s) || !it.set[s[at]] {
				continue
			}
			to, ok := it.seek(s, at+1)
			if m.steps += (to - at) >> 2; !ok {
				continue
			}
			t.at = to
			m.tries = m.tries[:n+1]
			return pc, to
		}
	}
	return -1, 0
}
