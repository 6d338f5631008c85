package matcher

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// SyntaxError tells where and why an expression cannot be understood.
type SyntaxError struct {
	Expr   string // the whole expression
	Pos    int    // byte offset in Expr
	Line   int    // from 1
	Column int    // in characters, from 1
	Text   string // what is wrong
	Hint   string // what to write instead, "" when there is nothing to suggest
}

// Error is one line: line, column, what is wrong and the hint.
func (e *SyntaxError) Error() string {
	s := fmt.Sprintf("%d:%d: %s", e.Line, e.Column, e.Text)
	if e.Hint != "" {
		s += " (" + e.Hint + ")"
	}
	return s
}

// Caret is the line of the expression with the error and below it a caret at the place, without a
// final newline.
func (e *SyntaxError) Caret() string {
	start := strings.LastIndexByte(e.Expr[:e.Pos], '\n') + 1
	line := e.Expr[start:]
	if end := strings.IndexByte(line, '\n'); end >= 0 {
		line = line[:end]
	}
	indent := strings.Map(func(r rune) rune {
		if r == '\t' {
			return r
		}
		return ' '
	}, e.Expr[start:e.Pos])
	return strings.TrimSuffix(line, "\r") + "\n" + indent + "^"
}

func syntaxError(expr string, pos int, hint, format string, args ...any) *SyntaxError {
	start := strings.LastIndexByte(expr[:pos], '\n') + 1
	return &SyntaxError{
		Expr:   expr,
		Pos:    pos,
		Line:   strings.Count(expr[:start], "\n") + 1,
		Column: utf8.RuneCountInString(expr[start:pos]) + 1,
		Text:   fmt.Sprintf(format, args...),
		Hint:   hint,
	}
}
