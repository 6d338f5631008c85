package matcher

import (
	"strings"

	"lma_collector/collector/message"
)

// Set is all matchers of a router. It never changes; each goroutine uses it with its own Scratch.
//
// Each expression stands in at most one index, by something that it demands: a field's value (below
// the type, if it demands that too), or the type, logger, host name or env version. Only expressions
// that the message at hand could satisfy are run, without the tests that the index has answered.
type Set struct {
	count int
	exprs []setExpr

	always []int32 // matchers that are TRUE
	plain  []int32 // expressions without an index; like the numbers in all indexes, of exprs

	byType   map[string]*typeEntry
	prefixes []prefixEntry
	headers  []headerIndex
	fields   []fieldIndex // for messages of any type

	names nameTable
	memos int // how many tests keep their result
}

// setExpr is an expression, less what its index has answered, and the matchers that consist of it.
type setExpr struct {
	program  program
	matchers []int32
}

// typeEntry is what can match messages of one type.
type typeEntry struct {
	typ    string
	exprs  []int32
	fields []fieldIndex
}

type prefixEntry struct {
	prefix string
	exprs  []int32
}

type headerIndex struct {
	variable variable
	exprs    map[string][]int32
}

type fieldIndex struct {
	slot  int32
	exprs map[string][]int32
}

// Len is the number of matchers in the set.
func (s *Set) Len() int { return s.count }

// Match appends the indexes, ascending, of the matchers that are true for a message: their places
// in the slice that NewSet was given.
func (s *Set) Match(m *message.Message, scratch *Scratch, hits []int32) []int32 {
	scratch.begin(s)
	for _, i := range s.always {
		scratch.hits[i>>6] |= 1 << (i & 63)
	}
	s.run(s.plain, m, scratch)
	if entry := scratch.entry(m.Type()); entry != nil {
		s.run(entry.exprs, m, scratch)
		s.runFields(entry.fields, m, scratch)
	}
	for i := range s.prefixes {
		if strings.HasPrefix(m.Type(), s.prefixes[i].prefix) {
			s.run(s.prefixes[i].exprs, m, scratch)
		}
	}
	for i := range s.headers {
		h := &s.headers[i]
		s.run(h.exprs[headerText(m, h.variable)], m, scratch)
	}
	s.runFields(s.fields, m, scratch)
	return scratch.collect(hits)
}

func (s *Set) runFields(fields []fieldIndex, m *message.Message, scratch *Scratch) {
	for i := range fields {
		f := &fields[i]
		if p := scratch.place(m, f.slot); p.ok && p.value.Type() <= message.TypeBytes {
			s.run(f.exprs[p.value.Text()], m, scratch)
		}
	}
}

// run runs expressions and notes the matchers of those that are true.
func (s *Set) run(exprs []int32, m *message.Message, scratch *Scratch) {
	for _, i := range exprs {
		e := &s.exprs[i]
		if e.program.run(m, scratch) {
			for _, j := range e.matchers {
				scratch.hits[j>>6] |= 1 << (j & 63)
			}
		}
	}
}

func headerText(m *message.Message, v variable) string {
	switch v {
	case varType:
		return m.Type()
	case varLogger:
		return m.Logger()
	case varHostname:
		return m.Hostname()
	}
	return m.EnvVersion()
}
