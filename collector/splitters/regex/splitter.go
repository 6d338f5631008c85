package regex

import (
	"bytes"
	"regexp"

	"lma_collector/collector/plugin"
)

var _ plugin.Splitter = (*Splitter)(nil)

// Splitter splits at matches of a regular expression. It keeps no state, so that a stream can be
// taken up anywhere.
type Splitter struct {
	re      *regexp.Regexp
	literal []byte // the expression where it is plain text without a group
	group   bool   // there is a capture group
	next    bool   // whose text begins the next record
	joined  []byte // a record whose end is not next to its rest in the stream
}

// match are the offsets of a delimiter and of what its group captured (begin = end: nothing).
type match struct{ start, end, groupStart, groupEnd int }

// Split finds the first record that is not empty.
func (s *Splitter) Split(data []byte, _ bool) (int, []byte) {
	if s.literal != nil {
		return s.splitLiteral(data)
	}
	skipped := 0
	for {
		m, ok := s.find(data[skipped:])
		if !ok {
			return skipped, nil
		}
		advance := m.end
		if s.group && s.next {
			advance = m.groupStart
		}
		if record := s.record(data[skipped:], m); len(record) > 0 {
			return skipped + advance, record
		}
		skipped += advance
	}
}

// record is what comes before the delimiter, with what its group holds where that ends the record.
func (s *Splitter) record(data []byte, m match) []byte {
	switch {
	case !s.group || s.next || m.groupStart == m.groupEnd:
		return data[:m.start]
	case m.groupStart == m.start:
		return data[:m.groupEnd]
	}
	s.joined = append(append(s.joined[:0], data[:m.start]...), data[m.groupStart:m.groupEnd]...)
	return s.joined
}

func (s *Splitter) splitLiteral(data []byte) (int, []byte) {
	skipped := 0
	for {
		at := bytes.Index(data[skipped:], s.literal)
		if at < 0 {
			return skipped, nil
		}
		if at > 0 {
			return skipped + at + len(s.literal), data[skipped : skipped+at]
		}
		skipped += len(s.literal)
	}
}

// find looks for the first delimiter that is not empty. Where a group's text begins the next record,
// a delimiter at the very start belongs to this one.
func (s *Splitter) find(data []byte) (match, bool) {
	first := s.re.FindSubmatchIndex(data)
	if first == nil {
		return match{}, false
	}
	if m, ok := s.usable(first); ok {
		return m, true
	}
	for n := 2; ; n *= 2 {
		all := s.re.FindAllSubmatchIndex(data, n)
		for _, loc := range all[min(n/2, len(all)):] {
			if m, ok := s.usable(loc); ok {
				return m, true
			}
		}
		if len(all) < n {
			return match{}, false
		}
	}
}

func (s *Splitter) usable(loc []int) (match, bool) {
	m := match{start: loc[0], end: loc[1], groupStart: loc[1], groupEnd: loc[1]}
	if s.group && loc[2] >= 0 {
		m.groupStart, m.groupEnd = loc[2], loc[3]
	}
	return m, m.end > m.start && (!s.group || !s.next || m.start > 0)
}
