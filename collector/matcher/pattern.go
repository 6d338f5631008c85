package matcher

import (
	"regexp"
	"regexp/syntax"
	"strings"
	"unicode/utf8"
)

type shape uint8

const (
	shapeRegexp shape = iota
	shapeContains
	shapePrefix
	shapeSuffix
	shapeExact
)

// pattern is a compiled regular expression; one that is only literal text, anchored or not, is
// searched for as such.
type pattern struct {
	source  string
	shape   shape
	literal string
	re      *regexp.Regexp
	needs   string // text without which re cannot match
}

func compilePattern(source string) (*pattern, error) {
	re, err := regexp.Compile(source)
	if err != nil {
		return nil, err
	}
	p := &pattern{source: source, re: re}
	if tree, err := syntax.Parse(source, syntax.Perl); err == nil {
		p.analyse(tree)
	}
	return p, nil
}

func (p *pattern) analyse(tree *syntax.Regexp) {
	parts := concatenated(tree)
	begin := len(parts) > 0 && parts[0].Op == syntax.OpBeginText
	if begin {
		parts = parts[1:]
	}
	end := len(parts) > 0 && parts[len(parts)-1].Op == syntax.OpEndText
	if end {
		parts = parts[:len(parts)-1]
	}
	var all strings.Builder
	for _, part := range parts {
		text, ok := literalText(part)
		if !ok {
			p.needs = longestLiteral(parts)
			return
		}
		all.WriteString(text)
	}
	p.literal = all.String()
	switch {
	case begin && end:
		p.shape = shapeExact
	case begin:
		p.shape = shapePrefix
	case end:
		p.shape = shapeSuffix
	default:
		p.shape = shapeContains
	}
}

// concatenated lists the parts of a sequence, with groups dissolved.
func concatenated(tree *syntax.Regexp) []*syntax.Regexp {
	switch tree.Op {
	case syntax.OpCapture:
		return concatenated(tree.Sub[0])
	case syntax.OpConcat:
		var parts []*syntax.Regexp
		for _, sub := range tree.Sub {
			parts = append(parts, concatenated(sub)...)
		}
		return parts
	}
	return []*syntax.Regexp{tree}
}

// literalText is the text that a part matches if it matches only that. The replacement character
// is no literal: it also stands for bytes that are not UTF-8.
func literalText(part *syntax.Regexp) (string, bool) {
	switch part.Op {
	case syntax.OpEmptyMatch:
		return "", true
	case syntax.OpLiteral:
		if part.Flags&syntax.FoldCase == 0 {
			text := string(part.Rune)
			return text, !strings.ContainsRune(text, utf8.RuneError)
		}
	}
	return "", false
}

func longestLiteral(parts []*syntax.Regexp) (longest string) {
	for _, part := range parts {
		if text, ok := literalText(part); ok && len(text) > len(longest) {
			longest = text
		}
	}
	return longest
}

func (p *pattern) match(text string) bool {
	switch p.shape {
	case shapeContains:
		return strings.Contains(text, p.literal)
	case shapePrefix:
		return strings.HasPrefix(text, p.literal)
	case shapeSuffix:
		return strings.HasSuffix(text, p.literal)
	case shapeExact:
		return text == p.literal
	}
	if p.needs != "" && !strings.Contains(text, p.needs) {
		return false
	}
	return p.re.MatchString(text)
}
