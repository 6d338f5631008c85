package matcher

import (
	"fmt"
	"strings"
)

// Limits of an expression: its length in bytes and the depth of its parentheses.
const (
	maxLength = 64 << 10
	maxDepth  = 200
)

type parser struct {
	lex   lexer
	tok   token // the one to look at
	depth int
	notes notes
}

// Parse compiles an expression. The error is a *SyntaxError.
func Parse(source string) (*Matcher, error) {
	if len(source) > maxLength {
		return nil, syntaxError(source, maxLength, "match on a regular expression, or set a field in a decoder",
			"expression is longer than %d bytes", maxLength)
	}
	p := &parser{lex: lexer{src: source}}
	if err := p.advance(); err != nil {
		return nil, err
	}
	if p.tok.kind == tokEnd {
		return nil, p.fail("write TRUE to match every message", "empty expression")
	}
	tree, err := p.or()
	if err != nil {
		return nil, err
	}
	if p.tok.kind != tokEnd {
		return nil, p.trailing()
	}
	p.notes.newline(source)
	return newMatcher(tree, p.notes.list), nil
}

func (p *parser) fail(hint, format string, args ...any) error {
	return p.lex.fail(p.tok.pos, hint, format, args...)
}

func (p *parser) advance() (err error) {
	p.notes.last = p.tok.end
	p.tok, err = p.lex.next()
	p.notes.token(p.lex.src, p.tok)
	return err
}

// found names the current token in an error.
func (p *parser) found() string {
	if p.tok.kind == tokEnd {
		return "the end"
	}
	return fmt.Sprintf("%q", p.lex.src[p.tok.pos:p.tok.end])
}

func (p *parser) trailing() error {
	if p.tok.kind == tokClose {
		return p.fail("remove it, or open one before", "unmatched %q", ')')
	}
	hint := "join tests with && or ||"
	if r, ok := replacements[strings.ToLower(p.tok.text)]; ok && p.tok.kind == tokWord {
		hint = "write " + r
	}
	return p.fail(hint, "expected && or ||, found %s", p.found())
}

func (p *parser) or() (*expr, error)  { return p.chain(tokOr, formOr, p.and) }
func (p *parser) and() (*expr, error) { return p.chain(tokAnd, formAnd, p.factor) }

func (p *parser) chain(operator kind, f form, operand func() (*expr, error)) (*expr, error) {
	left, err := operand()
	if err != nil || p.tok.kind != operator {
		return left, err
	}
	node := &expr{form: f}
	node.add(left)
	for p.tok.kind == operator {
		if err := p.advance(); err != nil {
			return nil, err
		}
		right, err := operand()
		if err != nil {
			return nil, err
		}
		node.add(right)
	}
	return node, nil
}

func (p *parser) factor() (*expr, error) {
	switch p.tok.kind {
	case tokOpen:
		return p.group()
	case tokNot:
		return p.negation()
	case tokField:
		return p.test(&test{variable: varField, field: p.tok.text, nth: p.tok.nth, ai: p.tok.ai})
	case tokWord:
		return p.word()
	case tokNumber, tokString, tokRegex:
		return nil, p.fail("put it on the right: Type == 'x'", "expected a variable, found %s", p.found())
	}
	return nil, p.fail("", "expected a test, found %s", p.found())
}

func (p *parser) word() (*expr, error) {
	word := p.tok.text
	if word == "TRUE" || word == "FALSE" {
		return &expr{form: formConst, value: word == "TRUE"}, p.advance()
	}
	if v, ok := headers[word]; ok {
		return p.test(&test{variable: v, header: word})
	}
	if word == "NIL" {
		return nil, p.fail("write Fields[name] == NIL", "NIL without a comparison")
	}
	return nil, p.fail(suggest(word), "unknown word %q", word)
}

func (p *parser) negation() (*expr, error) {
	pos := p.tok.pos
	if err := p.advance(); err != nil {
		return nil, err
	}
	if p.tok.kind != tokOpen {
		return nil, p.lex.fail(pos, "negate with !( … ), or compare with != or !~", "expected ( after !, found %s", p.found())
	}
	p.notes.negation(p.lex.src, pos)
	kid, err := p.group()
	return &expr{form: formNot, kids: []*expr{kid}}, err
}

func (p *parser) group() (*expr, error) {
	if p.depth++; p.depth > maxDepth {
		return nil, p.fail("", "parentheses nested more than %d deep", maxDepth)
	}
	open := p.tok.pos
	if err := p.advance(); err != nil {
		return nil, err
	}
	inner, err := p.or()
	if err != nil {
		return nil, err
	}
	if p.tok.kind == tokEnd {
		return nil, p.lex.fail(open, "add )", "unclosed %q", '(')
	}
	if p.tok.kind != tokClose {
		return nil, p.trailing()
	}
	p.depth--
	return inner, p.advance()
}

// test reads what follows a variable: an operator and a literal.
func (p *parser) test(t *test) (*expr, error) {
	t.slot, t.memo = -1, -1
	name := p.lex.src[p.tok.pos:p.tok.end]
	if err := p.advance(); err != nil {
		return nil, err
	}
	if p.tok.kind != tokCompare {
		hint := "compare with == != > >= < <= =~ or !~"
		return nil, p.fail(hint, "expected an operator after %s, found %s", name, p.found())
	}
	t.op = p.tok.op
	if t.variable.isNumber() && t.op.searches() {
		return nil, p.fail("compare it with a number", "%s is a number and cannot be searched", name)
	}
	if err := p.advance(); err != nil {
		return nil, err
	}
	if err := p.literal(t, name); err != nil {
		return nil, err
	}
	t.source = p.lex.src[p.tok.pos:p.tok.end]
	return &expr{form: formTest, test: t}, p.advance()
}
