package config

import (
	"strconv"
	"strings"
)

// value skips a value. path leads to it from the statement's key.
func (s *scanner) value(path string, depth int) {
	if depth > maxDepth {
		if s.tooDeep < 0 {
			s.tooDeep = s.pos
		}
		s.pos = len(s.text)
		return
	}
	switch c := s.at(); {
	case s.has(`"""`), s.has(`'''`):
		s.multiLine(c)
	case c == '"', c == '\'':
		s.line(c)
	case c == '[':
		s.arrayValue(path, depth)
	case c == '{':
		s.tableValue(path, depth)
	default:
		s.bareValue()
	}
}

// bareValue skips a number, date or word.
func (s *scanner) bareValue() {
	start := s.pos
	for s.pos < len(s.text) && !strings.ContainsRune(",]}#\n\r", rune(s.text[s.pos])) {
		s.pos++
	}
	s.pos = start + len(strings.TrimRight(s.text[start:s.pos], " \t"))
}

// line skips a string of one line; false if it does not end.
func (s *scanner) line(quote byte) bool {
	for s.pos++; s.pos < len(s.text); s.pos++ {
		switch c := s.text[s.pos]; {
		case c == quote:
			s.pos++
			return true
		case c == '\n':
			return false
		case c == '\\' && quote == '"':
			s.escape()
		}
	}
	return false
}

// escape stands on a backslash and moves to the last byte that belongs to it, as far as it matters here.
func (s *scanner) escape() {
	if s.pos+1 < len(s.text) && s.text[s.pos+1] != '\n' {
		if s.text[s.pos+1] == '/' {
			s.slashes = append(s.slashes, s.pos)
		}
		s.pos++
	}
}

// multiLine skips a string in three quotes, which may end in up to two quotes of its own.
func (s *scanner) multiLine(quote byte) {
	run := 0
	for s.pos += 3; s.pos < len(s.text); s.pos++ {
		c := s.text[s.pos]
		if c != quote {
			run = 0
			if c == '\\' && quote == '"' {
				s.escape()
			}
			continue
		}
		if run++; run < 3 {
			continue
		}
		for s.pos++; run < 5 && s.at() == quote; run++ {
			s.pos++
		}
		return
	}
}

func (s *scanner) arrayValue(path string, depth int) {
	s.pos++
	for i := 0; ; {
		s.blank(true)
		switch c := s.at(); {
		case s.pos >= len(s.text):
			return
		case c == ']':
			s.pos++
			return
		case c == ',':
			s.pos++
			i++
		default:
			start := s.pos
			s.value(path+indexSep+strconv.Itoa(i), depth+1)
			if s.pos == start {
				s.pos++ // a stray bracket
			}
		}
	}
}

func (s *scanner) tableValue(path string, depth int) {
	s.pos++
	for {
		s.blank(true)
		switch c := s.at(); {
		case s.pos >= len(s.text):
			return
		case c == '}':
			s.pos++
			return
		case c == ',':
			s.pos++
		default:
			start := s.pos
			s.tableEntry(path, depth)
			if s.pos == start {
				s.pos++
			}
		}
	}
}

// tableEntry skips a key and its value in an inline table.
func (s *scanner) tableEntry(path string, depth int) {
	parts, ok := s.key()
	if !ok || s.at() != '=' {
		return
	}
	s.pos++
	s.blank(true)
	for _, p := range parts {
		path += keySep + p.name
		if p.bare {
			s.bare = append(s.bare, p)
		}
	}
	i := len(s.inline)
	s.inline = append(s.inline, inlineKey{suffix: path, offset: parts[0].start})
	start := s.pos
	s.value(path, depth+1)
	s.inline[i].value = span{start, s.pos}
}
