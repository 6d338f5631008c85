package matcher

import (
	"math/bits"

	"lma_collector/collector/message"
)

// Scratch is the working memory of Set.Match: what it has found out about the message at hand. The
// zero Scratch is ready, for any set; one goroutine uses it at a time.
type Scratch struct {
	set    *Set
	recent *typeEntry // of the message before
	turn   uint32     // changes with each message, by two: an entry of another turn is void
	walked uint32     // turn whose fields are all known
	looked int        // how many fields were looked for one by one in this turn
	fields []place
	memo   []uint32 // turn, plus one if the result was true
	hits   []uint64 // a bit for each matcher
}

// place is where a field was found, with its first value.
type place struct {
	turn  uint32
	ok    bool // it has a value
	at    int  // -1: there is none
	value message.Value
}

// maxLooked is how many fields are looked for one by one before all are found in one walk.
const maxLooked = 3

func (s *Scratch) begin(set *Set) {
	if s.set != set {
		*s = Scratch{
			set:    set,
			fields: make([]place, len(set.names.list)),
			memo:   make([]uint32, set.memos),
			hits:   make([]uint64, (set.count+63)/64),
		}
	}
	s.looked = 0
	if s.turn += 2; s.turn == 0 { // after two thousand million messages
		clear(s.fields)
		clear(s.memo)
		s.turn, s.walked = 2, 0
	}
}

// entry is what the set has for a type, nil for nothing. Types come in runs.
func (s *Scratch) entry(typ string) *typeEntry {
	if s.recent != nil && s.recent.typ == typ {
		return s.recent
	}
	entry := s.set.byType[typ]
	if entry != nil {
		s.recent = entry
	}
	return entry
}

// place finds the first field of a name.
func (s *Scratch) place(m *message.Message, slot int32) *place {
	p := &s.fields[slot]
	if p.turn == s.turn {
		return p
	}
	if s.walked != s.turn && s.looked < maxLooked {
		s.looked++
		p.turn, p.ok = s.turn, false
		if p.at = m.Find(s.set.names.list[slot]); p.at >= 0 {
			p.value, p.ok = m.ValueAt(p.at)
		}
		return p
	}
	s.walk(m)
	if p.turn != s.turn {
		p.turn, p.at, p.ok = s.turn, -1, false
	}
	return p
}

// walk finds the first field of each name that the set's tests use.
func (s *Scratch) walk(m *message.Message) {
	if s.walked == s.turn {
		return
	}
	s.walked = s.turn
	missing := len(s.fields) - s.looked
	for name, at := range m.FieldNames {
		slot := s.set.names.find(name)
		if slot < 0 || s.fields[slot].turn == s.turn {
			continue
		}
		p := &s.fields[slot]
		p.turn, p.at = s.turn, at
		p.value, p.ok = m.ValueAt(at)
		if missing--; missing == 0 {
			return
		}
	}
}

// value is what a test of a set looks at.
func (s *Scratch) value(m *message.Message, t *test) (message.Value, bool) {
	p := s.place(m, int32(t.slot))
	switch {
	case p.at < 0:
		return message.Value{}, false
	case t.first():
		return p.value, p.ok
	case t.nth == 0:
		return m.FieldAt(p.at).Value(t.ai)
	}
	f, ok := m.Field(t.field, t.nth)
	if !ok {
		return message.Value{}, false
	}
	return f.Value(t.ai)
}

// remembered runs the test, or gives the result that it had for the same message.
func (t *test) remembered(m *message.Message, s *Scratch) bool {
	if t.memo < 0 {
		return t.match(m, s)
	}
	memo := &s.memo[t.memo]
	if *memo&^1 == s.turn {
		return *memo&1 == 1
	}
	matched := t.match(m, s)
	*memo = s.turn
	if matched {
		*memo |= 1
	}
	return matched
}

// collect appends the indexes of all hits, ascending, and forgets them.
func (s *Scratch) collect(hits []int32) []int32 {
	for i, word := range s.hits {
		if word == 0 {
			continue
		}
		for s.hits[i] = 0; word != 0; word &= word - 1 {
			hits = append(hits, int32(i*64+bits.TrailingZeros64(word)))
		}
	}
	return hits
}
