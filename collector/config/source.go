package config

import (
	"regexp"
	"sort"
	"strings"
	"unicode/utf8"
)

// source is a configuration file as it was written, for places and excerpts.
type source struct {
	file   string
	text   string
	starts []int // offset of each line
	secret []span
}

// span is a range of bytes.
type span struct{ start, end int }

func newSource(file, text string) *source {
	text = strings.TrimPrefix(text, "\ufeff") // a byte order mark would move the first line's columns
	s := &source{file: file, text: text, starts: []int{0}}
	for i := 0; i < len(text); i++ {
		if text[i] == '\n' {
			s.starts = append(s.starts, i+1)
		}
	}
	return s
}

// place is the line and column, from 1, of an offset.
func (s *source) place(offset int) (line, column int) {
	offset = min(max(offset, 0), len(s.text))
	line = sort.Search(len(s.starts), func(i int) bool { return s.starts[i] > offset })
	return line, utf8.RuneCountInString(s.text[s.starts[line-1]:offset]) + 1
}

// lineSpan is the range of a line, without its end.
func (s *source) lineSpan(line int) span {
	start, end := s.starts[line-1], len(s.text)
	if line < len(s.starts) {
		end = s.starts[line] - 1
	}
	return span{start, start + len(strings.TrimSuffix(s.text[start:end], "\r"))}
}

// excerpt is the line with a caret under the column, or "" where the line may hold a secret.
func (s *source) excerpt(line, column int) string {
	const widest = 160 // longer lines are not worth showing
	r := s.lineSpan(line)
	text := s.text[r.start:r.end]
	if len(text) > widest || strings.TrimSpace(text) == "" || s.conceals(r) || !utf8.ValidString(text) {
		return ""
	}
	var pad strings.Builder
	for i, c := range text {
		if utf8.RuneCountInString(text[:i]) >= column-1 {
			break
		}
		if c != '\t' {
			c = ' '
		}
		pad.WriteRune(c)
	}
	return printable(text) + "\n" + pad.String() + "^"
}

// conceals tells whether a range touches a secret, by what the scan found or by its looks.
func (s *source) conceals(r span) bool {
	for _, h := range s.secret {
		if r.start < h.end && h.start < r.end {
			return true
		}
	}
	return looksSecret(s.text[r.start:r.end])
}

// concealsLine is conceals for a line that could not be parsed: it may go on with the value of a key
// above it.
func (s *source) concealsLine(line int) bool {
	for ; line > 0; line-- {
		r := s.lineSpan(line)
		if s.conceals(r) {
			return true
		}
		if keyLine.MatchString(s.text[r.start:r.end]) {
			return false
		}
	}
	return false
}

// keyLine matches what begins with a key or a table header.
var keyLine = regexp.MustCompile(`^\s*(\[|[\w.|-]+\s*=)`)

// printable replaces control characters, which would reach the operator's terminal.
func printable(text string) string {
	return strings.Map(func(c rune) rune {
		if c != '\t' && (c < ' ' || c >= 0x7f && c < 0xa0) {
			return '?'
		}
		return c
	}, text)
}

// report makes a Diagnostic at an offset.
func (s *source) report(offset int, severity Severity, class, text, hint string) Diagnostic {
	d := Diagnostic{File: s.file, Severity: severity, Class: class, Text: text, Hint: hint}
	d.Line, d.Column = s.place(offset)
	d.Excerpt = s.excerpt(d.Line, d.Column)
	return d
}
