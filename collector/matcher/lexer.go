package matcher

import (
	"strings"
	"unicode/utf8"
)

type kind uint8

const (
	tokEnd kind = iota
	tokWord
	tokField
	tokNumber
	tokString
	tokRegex
	tokCompare
	tokAnd
	tokOr
	tokNot
	tokOpen
	tokClose
)

// token is one word of an expression; text is its value: what stands between the quotes, slashes
// or brackets, with escapes resolved.
type token struct {
	kind     kind
	pos, end int
	text     string
	op       operator
	nth, ai  int // of a field
}

type lexer struct {
	src string
	pos int
}

func (l *lexer) fail(pos int, hint, format string, args ...any) error {
	return syntaxError(l.src, pos, hint, format, args...)
}

func (l *lexer) peek(offset int) byte {
	if i := l.pos + offset; i < len(l.src) {
		return l.src[i]
	}
	return 0
}

func (l *lexer) next() (token, error) {
	for l.pos < len(l.src) && strings.IndexByte(" \t\r\n", l.src[l.pos]) >= 0 {
		l.pos++
	}
	start := l.pos
	if start == len(l.src) {
		return token{kind: tokEnd, pos: start, end: start}, nil
	}
	t, err := l.scan(l.src[start])
	t.pos, t.end = start, l.pos
	return t, err
}

func (l *lexer) scan(c byte) (token, error) {
	switch {
	case isLetter(c):
		return l.word()
	case isDigit(c) || c == '.' || c == '-':
		return l.number()
	}
	switch c {
	case '(':
		l.pos++
		return token{kind: tokOpen}, nil
	case ')':
		l.pos++
		return token{kind: tokClose}, nil
	case '\'', '"':
		text, err := l.quoted(c, "string", "add the closing quote")
		return token{kind: tokString, text: text}, err
	case '/':
		text, err := l.quoted(c, "regular expression", "add the closing slash; write \\/ for a slash in it")
		return token{kind: tokRegex, text: text}, err
	}
	return l.operator(c)
}

func (l *lexer) operator(c byte) (token, error) {
	for _, o := range operators {
		if strings.HasPrefix(l.src[l.pos:], o.text) {
			l.pos += len(o.text)
			return token{kind: o.kind, op: o.op, text: o.text}, nil
		}
	}
	switch c {
	case '&', '|':
		return token{}, l.fail(l.pos, "write "+strings.Repeat(string(c), 2), "single %q", c)
	case '=':
		return token{}, l.fail(l.pos, "write == to compare, =~ to search", "single %q", c)
	case '+':
		return token{}, l.fail(l.pos, "numbers have no plus sign", "unexpected %q", c)
	}
	r, _ := utf8.DecodeRuneInString(l.src[l.pos:])
	return token{}, l.fail(l.pos, "", "unexpected character %q", r)
}

// quoted reads up to an unescaped end character. A backslash before that character is dropped, any
// other stays, with what follows it.
func (l *lexer) quoted(end byte, what, hint string) (string, error) {
	start := l.pos
	var b strings.Builder
	for l.pos++; l.pos < len(l.src); l.pos++ {
		c := l.src[l.pos]
		switch {
		case c == end:
			l.pos++
			return b.String(), nil
		case c == '\\' && l.peek(1) == end:
			l.pos++
			c = end
		case c == '\\' && l.pos+1 < len(l.src):
			b.WriteByte(c)
			l.pos++
			c = l.src[l.pos]
		}
		b.WriteByte(c)
	}
	return "", l.fail(start, hint, "unterminated %s", what)
}

func (l *lexer) word() (token, error) {
	start := l.pos
	for l.pos < len(l.src) && isWordByte(l.src[l.pos]) {
		l.pos++
	}
	text := l.src[start:l.pos]
	if text == "Fields" {
		return l.field(start)
	}
	return token{kind: tokWord, text: text}, nil
}

func (l *lexer) field(start int) (token, error) {
	if l.peek(0) != '[' {
		return token{}, l.fail(start, "write Fields[name], without a space before the bracket", "Fields without a name")
	}
	size := strings.IndexAny(l.src[l.pos:], "]\n")
	if size < 0 || l.src[l.pos+size] != ']' {
		return token{}, l.fail(l.pos, "add the closing bracket", "unterminated field name")
	}
	t := token{kind: tokField, text: l.src[l.pos+1 : l.pos+size]}
	if t.text == "" {
		return token{}, l.fail(l.pos, "write Fields[name]", "empty field name")
	}
	l.pos += size + 1
	for _, index := range []*int{&t.nth, &t.ai} {
		if l.peek(0) != '[' {
			return t, nil
		}
		var err error
		if *index, err = l.index(); err != nil {
			return t, err
		}
	}
	if l.peek(0) == '[' {
		return t, l.fail(l.pos, "at most Fields[name][nth field][nth value]", "too many indexes")
	}
	return t, nil
}

// maxIndex is far more than a message can hold fields or values.
const maxIndex = 1 << 30

func (l *lexer) index() (n int, err error) {
	start := l.pos
	for l.pos++; isDigit(l.peek(0)); l.pos++ {
		n = min(n*10+int(l.src[l.pos]-'0'), maxIndex)
	}
	if l.peek(0) != ']' || l.pos == start+1 {
		return 0, l.fail(start+1, "indexes are counted from 0: Fields[name][nth field][nth value]", "index is not a number")
	}
	l.pos++
	return n, nil
}

func isDigit(c byte) bool    { return c >= '0' && c <= '9' }
func isLetter(c byte) bool   { return c|0x20 >= 'a' && c|0x20 <= 'z' || c == '_' }
func isWordByte(c byte) bool { return isLetter(c) || isDigit(c) }
