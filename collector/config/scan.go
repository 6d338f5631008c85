package config

import "strings"

// statement is a table header or a key with its value, as found in the text.
type statement struct {
	header, array        bool // [a] or [[a]]
	parts                []part
	start, end           int // with its value, without what follows on the line
	valueStart, valueEnd int
	inline               []inlineKey // keys of inline tables in the value
}

// part is one part of a dotted key.
type part struct {
	name       string
	start, end int
	bare       bool
}

// inlineKey is a key inside of a value; suffix leads to it from the statement's key.
type inlineKey struct {
	suffix string
	offset int
	value  span
}

// Paths are parts joined by keySep; an element of an array is indexSep and its number. Neither can
// stand in a key.
const (
	keySep   = "\x00"
	indexSep = "\x01"
)

// maxDepth is how deeply tables and values may nest; the parser recurses.
const maxDepth = 64

// scanner finds the statements of a TOML text, and what the parser would refuse but hekad took. It
// never fails: what it does not understand it skips to the end of the line, and the parser reports it.
type scanner struct {
	text       string
	pos        int
	statements []statement
	comments   []span
	slashes    []int  // offsets of the escape \/, which the TOML of hekad's time had
	bare       []part // bare parts of keys inside of values
	tooDeep    int    // where tables or values nest too deeply, -1 for nowhere
	inline     []inlineKey
}

// scan finds the statements of a text.
func scan(text string) *scanner {
	s := &scanner{text: text, tooDeep: -1}
	for {
		s.blank(true)
		switch {
		case s.pos >= len(s.text):
			return s
		case s.text[s.pos] == '[':
			s.header()
		default:
			s.keyValue()
		}
		s.restOfLine()
	}
}

// at is the current byte, 0 at the end.
func (s *scanner) at() byte {
	if s.pos < len(s.text) {
		return s.text[s.pos]
	}
	return 0
}

func (s *scanner) has(prefix string) bool { return strings.HasPrefix(s.text[s.pos:], prefix) }

// blank skips spaces and tabs; with lines also line ends and comments.
func (s *scanner) blank(lines bool) {
	for s.pos < len(s.text) {
		switch c := s.text[s.pos]; {
		case c == ' ' || c == '\t':
			s.pos++
		case lines && (c == '\n' || c == '\r'):
			s.pos++
		case lines && c == '#':
			s.comment()
		default:
			return
		}
	}
}

func (s *scanner) comment() {
	start := s.pos
	s.pos = s.lineEnd(s.pos)
	s.comments = append(s.comments, span{start, s.pos})
}

func (s *scanner) lineEnd(from int) int {
	if i := strings.IndexByte(s.text[from:], '\n'); i >= 0 {
		return from + i
	}
	return len(s.text)
}

// restOfLine skips what follows a statement: a comment, or what the parser will refuse.
func (s *scanner) restOfLine() {
	for s.pos < len(s.text) && s.text[s.pos] != '\n' {
		if s.text[s.pos] == '#' {
			s.comment()
			return
		}
		s.pos++
	}
}

func (s *scanner) header() {
	st := statement{header: true, start: s.pos, array: s.has("[[")}
	closing := "]"
	if st.array {
		closing = "]]"
	}
	s.pos += len(closing)
	parts, ok := s.key()
	if !ok || !s.has(closing) {
		return
	}
	s.pos += len(closing)
	st.parts, st.end = parts, s.pos
	s.statements = append(s.statements, st)
}

func (s *scanner) keyValue() {
	st := statement{start: s.pos}
	parts, ok := s.key()
	if !ok || s.at() != '=' {
		return
	}
	s.pos++
	s.blank(false)
	st.parts, st.valueStart = parts, s.pos
	s.inline = nil
	s.value("", 0)
	st.valueEnd, st.end, st.inline = s.pos, s.pos, s.inline
	s.statements = append(s.statements, st)
}

// key reads a dotted key and the blanks after it.
func (s *scanner) key() ([]part, bool) {
	var parts []part
	for {
		s.blank(false)
		p, ok := s.keyPart()
		if !ok {
			return nil, false
		}
		parts = append(parts, p)
		if len(parts) == maxDepth && s.tooDeep < 0 {
			s.tooDeep = p.start
		}
		s.blank(false)
		if s.at() != '.' {
			return parts, true
		}
		s.pos++
	}
}

func (s *scanner) keyPart() (part, bool) {
	start := s.pos
	if c := s.at(); c == '"' || c == '\'' {
		if !s.line(c) {
			return part{}, false
		}
		name := s.text[start+1 : s.pos-1]
		if c == '"' && strings.IndexByte(name, '\\') >= 0 {
			name = s.text[start:s.pos] // not worth unescaping: unlike any other key
		}
		return part{name: name, start: start, end: s.pos}, true
	}
	for s.pos < len(s.text) && !strings.ContainsRune(" \t\r\n.=[]{},#'\"\\", rune(s.text[s.pos])) {
		s.pos++
	}
	return part{name: s.text[start:s.pos], start: start, end: s.pos, bare: true}, s.pos > start
}
