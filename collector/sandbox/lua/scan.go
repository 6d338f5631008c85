package lua

import (
	"bytes"
	"fmt"
)

type tokenKind int

// Tokens of one character are that character.
const (
	tkAnd tokenKind = iota + 257
	tkBreak
	tkDo
	tkElse
	tkElseif
	tkEnd
	tkFalse
	tkFor
	tkFunction
	tkIf
	tkIn
	tkLocal
	tkNil
	tkNot
	tkOr
	tkRepeat
	tkReturn
	tkThen
	tkTrue
	tkUntil
	tkWhile
	tkConcat
	tkDots
	tkEq
	tkGe
	tkLe
	tkNe
	tkNumber
	tkName
	tkString
	tkEOS
)

var tokenNames = [...]string{
	"and", "break", "do", "else", "elseif", "end", "false", "for", "function", "if", "in", "local", "nil", "not", "or",
	"repeat", "return", "then", "true", "until", "while", "..", "...", "==", ">=", "<=", "~=", "<number>", "<name>", "<string>", "<eof>",
}

var reserved = func() map[string]tokenKind {
	m := map[string]tokenKind{}
	for k := tkAnd; k <= tkWhile; k++ {
		m[tokenNames[k-tkAnd]] = k
	}
	return m
}()

func (k tokenKind) String() string {
	switch {
	case k >= tkAnd:
		return tokenNames[k-tkAnd]
	case k < ' ' || k == 127:
		return fmt.Sprintf("char(%d)", int(k))
	}
	return string([]byte{byte(k)})
}

type token struct {
	kind tokenKind
	num  float64
	text string
}

// scanner makes tokens of a source.
type scanner struct {
	name     string // of the chunk, in error texts
	shown    string // the same in those of the compiler
	src      []byte
	pos      int
	line     int
	lastLine int // of the token before
	token    token
	ahead    token
	hasAhead bool
	start    int    // of the token that is being read
	read     []byte // of a quoted string, as error texts show it
}

// syntaxError is what scanner and parser panic with.
type syntaxError string

func (s *scanner) fail(text string) {
	panic(syntaxError(fmt.Sprintf("%s:%d: %s", s.shown, s.line, text)))
}

// failNear names the token as far as it has been read.
func (s *scanner) failNear(text string, k tokenKind) {
	near := k.String()
	if k == tkName || k == tkString || k == tkNumber {
		near = string(s.src[s.start:min(s.pos, len(s.src))])
		if k == tkString && s.read != nil {
			near = string(s.read)
		}
	}
	s.fail(text + " near '" + near + "'")
}

func (s *scanner) errorAt(text string) { s.failNear(text, s.token.kind) }

func (s *scanner) advance() {
	s.lastLine = s.line
	if s.hasAhead {
		s.token, s.hasAhead = s.ahead, false
		return
	}
	s.token = s.scan()
}

func (s *scanner) peek() tokenKind {
	s.ahead, s.hasAhead = s.scan(), true
	return s.ahead.kind
}

// at is a byte of the source, -1 beyond its end.
func (s *scanner) at(i int) int {
	if i < len(s.src) {
		return int(s.src[i])
	}
	return -1
}

func (s *scanner) newline() {
	first := s.src[s.pos]
	s.pos++
	if c := s.at(s.pos); (c == '\n' || c == '\r') && byte(c) != first {
		s.pos++
	}
	s.line++
}

func isDigit(c int) bool { return c >= '0' && c <= '9' }
func isNameByte(c int) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '_' || isDigit(c)
}

func (s *scanner) scan() token {
	for {
		s.start, s.read = s.pos, nil
		switch c := s.at(s.pos); c {
		case -1:
			return token{kind: tkEOS}
		case '\n', '\r':
			s.newline()
		case ' ', '\t', '\v', '\f':
			s.pos++
		case '-':
			if s.at(s.pos+1) != '-' {
				s.pos++
				return token{kind: '-'}
			}
			s.comment()
		case '[':
			if level := s.level(); level >= 0 {
				return token{kind: tkString, text: s.long(level, false)}
			} else if level == -1 {
				s.pos++
				return token{kind: '['}
			}
			for s.pos++; s.at(s.pos) == '='; {
				s.pos++
			}
			s.failNear("invalid long string delimiter", tkString)
		case '=':
			return s.pair('=', tkEq)
		case '<':
			return s.pair('<', tkLe)
		case '>':
			return s.pair('>', tkGe)
		case '~':
			return s.pair('~', tkNe)
		case '"', '\'':
			return token{kind: tkString, text: s.quoted(byte(c))}
		case '.':
			return s.dots()
		default:
			return s.word(c)
		}
	}
}

// pair is an operator that may have a '=' behind it.
func (s *scanner) pair(one, two tokenKind) token {
	s.pos++
	if s.at(s.pos) == '=' {
		s.pos++
		return token{kind: two}
	}
	return token{kind: one}
}

func (s *scanner) dots() token {
	switch {
	case isDigit(s.at(s.pos + 1)):
		return s.number()
	case s.at(s.pos+1) != '.':
		s.pos++
		return token{kind: '.'}
	case s.at(s.pos+2) != '.':
		s.pos += 2
		return token{kind: tkConcat}
	}
	s.pos += 3
	return token{kind: tkDots}
}

func (s *scanner) word(c int) token {
	if isDigit(c) {
		return s.number()
	}
	if !isNameByte(c) {
		s.pos++
		return token{kind: tokenKind(c)}
	}
	for s.pos++; isNameByte(s.at(s.pos)); {
		s.pos++
	}
	text := s.src[s.start:s.pos]
	if k, ok := reserved[string(text)]; ok {
		return token{kind: k}
	}
	return token{kind: tkName, text: string(text)}
}

func (s *scanner) number() token {
	for c := s.at(s.pos); isDigit(c) || c == '.'; c = s.at(s.pos) {
		s.pos++
	}
	if s.at(s.pos)|0x20 == 'e' {
		s.pos++
		if c := s.at(s.pos); c == '+' || c == '-' {
			s.pos++
		}
	}
	for isNameByte(s.at(s.pos)) {
		s.pos++
	}
	f, ok := ParseNumber(string(s.src[s.start:s.pos]))
	if !ok {
		s.failNear("malformed number", tkNumber)
	}
	return token{kind: tkNumber, num: f}
}

func (s *scanner) comment() {
	s.pos += 2
	if s.at(s.pos) == '[' {
		if level := s.level(); level >= 0 {
			s.long(level, true)
			return
		}
	}
	for c := s.at(s.pos); c != '\n' && c != '\r' && c >= 0; c = s.at(s.pos) {
		s.pos++
	}
}

// level is the number of '=' of a long bracket that begins here; -1 if there is a lone bracket, -2 if
// there are '=' but no second bracket.
func (s *scanner) level() int {
	first := s.src[s.pos]
	n := 1
	for s.at(s.pos+n) == '=' {
		n++
	}
	switch {
	case s.at(s.pos+n) == int(first):
		return n - 1
	case n == 1:
		return -1
	}
	return -2
}

func (s *scanner) long(level int, comment bool) string {
	s.pos += level + 2
	if c := s.at(s.pos); c == '\n' || c == '\r' {
		s.newline()
	}
	var out []byte
	for {
		switch c := s.at(s.pos); c {
		case -1:
			what := "unfinished long string"
			if comment {
				what = "unfinished long comment"
			}
			s.failNear(what, tkEOS)
		case '[':
			if level == 0 && s.at(s.pos+1) == '[' {
				s.failNear("nesting of [[...]] is deprecated", '[')
			}
			out = s.keep(out, comment)
		case ']':
			if s.level() == level {
				s.pos += level + 2
				return string(out)
			}
			out = s.keep(out, comment)
		case '\n', '\r':
			s.newline()
			if !comment {
				out = append(out, '\n')
			}
		default:
			from := s.pos
			if s.pos = bytes.IndexAny(s.src[from:], "[]\n\r"); s.pos < 0 {
				s.pos = len(s.src)
			} else {
				s.pos += from
			}
			if !comment {
				out = append(out, s.src[from:s.pos]...)
			}
		}
	}
}

func (s *scanner) keep(out []byte, comment bool) []byte {
	s.pos++
	if comment {
		return out
	}
	return append(out, s.src[s.pos-1])
}

func (s *scanner) quoted(quote byte) string {
	s.pos++
	s.read = []byte{quote}
	for {
		switch c := s.at(s.pos); c {
		case -1:
			s.failNear("unfinished string", tkEOS)
		case '\n', '\r':
			s.failNear("unfinished string", tkString)
		case int(quote):
			s.pos++
			s.read = append(s.read, quote)
			return string(s.read[1 : len(s.read)-1])
		case '\\':
			s.pos++
			s.read = s.escape(s.read)
		default:
			s.pos++
			s.read = append(s.read, byte(c))
		}
	}
}

var escapes = map[int]byte{'a': '\a', 'b': '\b', 'f': '\f', 'n': '\n', 'r': '\r', 't': '\t', 'v': '\v'}

func (s *scanner) escape(out []byte) []byte {
	c := s.at(s.pos)
	switch {
	case c < 0:
		return out
	case c == '\n' || c == '\r':
		s.newline()
		return append(out, '\n')
	case isDigit(c):
		n := 0
		for i := 0; i < 3 && isDigit(s.at(s.pos)); i++ {
			n = n*10 + int(s.src[s.pos]-'0')
			s.pos++
		}
		if n > 255 {
			s.failNear("escape sequence too large", tkString)
		}
		return append(out, byte(n))
	}
	s.pos++
	if b, ok := escapes[c]; ok {
		return append(out, b)
	}
	return append(out, byte(c))
}
