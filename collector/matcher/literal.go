package matcher

import (
	"errors"
	"fmt"
	"regexp/syntax"
	"strings"
)

// literal takes the current token as the test's literal if it fits variable and operator.
func (p *parser) literal(t *test, name string) error {
	t.text = p.tok.text
	switch {
	case t.op.searches() || p.tok.kind == tokRegex:
		return p.regex(t)
	case p.tok.kind == tokString && !t.variable.isNumber():
		t.literal = litString
	case p.tok.kind == tokNumber && !t.variable.isText():
		t.literal, t.number = litNumber, makeNumber(p.tok.text)
	case p.tok.kind == tokWord && isConstant(p.tok.text):
		return p.constant(t, name)
	default:
		return p.unfit(t, name)
	}
	return nil
}

func (p *parser) regex(t *test) error {
	if p.tok.kind != tokRegex {
		return p.fail("write "+t.op.String()+" /…/", "expected a regular expression, found %s", p.found())
	}
	if !t.op.searches() {
		return p.fail("search with =~ or !~", "a regular expression cannot be compared with %s", t.op)
	}
	t.literal = litRegex
	pattern, err := compilePattern(p.tok.text)
	if err != nil {
		reason := err.Error()
		var se *syntax.Error
		if errors.As(err, &se) {
			reason = fmt.Sprintf("%s: %q", se.Code, se.Expr)
		}
		return p.fail("", "bad regular expression: %s", reason)
	}
	t.pattern = pattern
	return nil
}

func isConstant(word string) bool { return word == "TRUE" || word == "FALSE" || word == "NIL" }

func (p *parser) constant(t *test, name string) error {
	if t.variable != varField {
		hint := "a header that is not set is ''"
		if t.variable.isNumber() {
			hint = "compare it with a number"
		}
		return p.fail(hint, "%s cannot be compared with %s", name, p.tok.text)
	}
	if !t.op.equates() {
		return p.fail("use == or !=", "%s has no order", p.tok.text)
	}
	t.literal, t.truth = litBool, p.tok.text == "TRUE"
	if p.tok.text == "NIL" {
		t.literal = litNil
	}
	return nil
}

// unfit explains a literal that is none or has the wrong type.
func (p *parser) unfit(t *test, name string) error {
	switch {
	case p.tok.kind == tokNumber:
		return p.fail("write '"+p.tok.text+"'", "%s is text and cannot be compared with a number", name)
	case p.tok.kind == tokString:
		return p.fail("write it without quotes", "%s is a number and cannot be compared with text", name)
	case p.tok.kind == tokField || p.tok.kind == tokWord && isHeader(p.tok.text):
		return p.fail("compare with a literal", "two variables cannot be compared")
	case p.tok.kind == tokWord && t.variable.isNumber():
		return p.fail("", "expected a number, found %s", p.found())
	case p.tok.kind == tokWord && t.variable == varField && isConstant(strings.ToUpper(p.tok.text)):
		return p.fail("write "+strings.ToUpper(p.tok.text), "unknown word %q", p.tok.text)
	case p.tok.kind == tokWord:
		return p.fail("text stands in quotes: '"+p.tok.text+"'", "unknown word %q", p.tok.text)
	}
	return p.fail("", "expected a value after %s %s, found %s", name, t.op, p.found())
}

func isHeader(word string) bool {
	_, ok := headers[word]
	return ok
}
