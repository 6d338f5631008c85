package sandbox

import (
	"fmt"
	"strings"

	"lma_collector/collector/sandbox/lua"
)

type tokenKind uint8

const (
	tokenEnd tokenKind = iota
	tokenName
	tokenString
	tokenNumber
	tokenSign
)

// token is a word of a data file; a string's text is what it stands for.
type token struct {
	kind   tokenKind
	text   string
	number float64
}

// scanner takes a data file apart.
type scanner struct {
	text string
	at   int
	line int
	err  error
}

func (s *scanner) fail(t token, want string) {
	if s.err != nil {
		return
	}
	got := fmt.Sprintf("%q", t.text)
	if t.kind == tokenEnd && t.text == "" {
		got = "the end of the file"
	}
	s.err = fmt.Errorf("line %d: %s found where %s is expected", s.line, got, want)
}

// peek is the next byte that is no white space, 0 at the end.
func (s *scanner) peek() byte {
	for s.at < len(s.text) {
		switch b := s.text[s.at]; b {
		case '\n':
			s.line++
			s.at++
		case ' ', '\t', '\r':
			s.at++
		default:
			return b
		}
	}
	return 0
}

func wordByte(b byte) bool {
	return b == '_' || b >= '0' && b <= '9' || b|0x20 >= 'a' && b|0x20 <= 'z'
}

// next is the next token, tokenEnd at the end and after an error.
func (s *scanner) next() token {
	b := s.peek()
	if s.err != nil || s.at >= len(s.text) {
		return token{}
	}
	switch {
	case b == '"':
		return s.string()
	case b >= '0' && b <= '9' || b == '-' || b == '.' && s.at+1 < len(s.text) && s.text[s.at+1] >= '0' && s.text[s.at+1] <= '9':
		return s.number()
	case wordByte(b):
		start := s.at
		for s.at < len(s.text) && wordByte(s.text[s.at]) {
			s.at++
		}
		return token{kind: tokenName, text: s.text[start:s.at]}
	}
	n := 1
	if two := s.text[s.at:min(s.at+2, len(s.text))]; two == "==" || two == "~=" {
		n = 2
	}
	s.at += n
	return token{kind: tokenSign, text: s.text[s.at-n : s.at]}
}

func (s *scanner) number() token {
	start := s.at
	s.at++
	for s.at < len(s.text) {
		b := s.text[s.at]
		exponent := s.text[s.at-1]|0x20 == 'e' && (b == '-' || b == '+')
		if !wordByte(b) && b != '.' && !exponent {
			break
		}
		s.at++
	}
	text := s.text[start:s.at]
	f, ok := lua.ParseNumber(text)
	if !ok {
		s.fail(token{text: text}, "a number")
	}
	return token{kind: tokenNumber, text: text, number: f}
}

// string reads a quoted string with Lua's escapes.
func (s *scanner) string() token {
	var out strings.Builder
	for i := s.at + 1; i < len(s.text); i++ {
		switch b := s.text[i]; b {
		case '"':
			s.at = i + 1
			return token{kind: tokenString, text: out.String()}
		case '\\':
			i += s.escape(&out, i+1)
		case '\n':
			s.line++
			out.WriteByte(b)
		default:
			out.WriteByte(b)
		}
	}
	s.fail(token{}, "the end of a string")
	return token{}
}

// escape reads what follows a backslash and gives its length.
func (s *scanner) escape(out *strings.Builder, i int) int {
	if i >= len(s.text) {
		return 0
	}
	b := s.text[i]
	if b >= '0' && b <= '9' {
		code, n := 0, 0
		for n < 3 && i+n < len(s.text) && s.text[i+n] >= '0' && s.text[i+n] <= '9' {
			code = code*10 + int(s.text[i+n]-'0')
			n++
		}
		out.WriteByte(byte(code))
		return n
	}
	if at := strings.IndexByte("abfnrtv", b); at >= 0 {
		b = "\a\b\f\n\r\t\v"[at]
	} else if b == '\n' {
		s.line++
	}
	out.WriteByte(b)
	return 1
}
