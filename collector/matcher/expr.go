package matcher

import (
	"strconv"
	"strings"
)

type form uint8

const (
	formTest form = iota
	formConst
	formAnd
	formOr
	formNot
)

// expr is a node of a parsed expression. && and || have all their operands in one node.
type expr struct {
	form  form
	kids  []*expr
	test  *test
	value bool // of a constant
}

// add appends an operand; one of the same form is taken apart.
func (e *expr) add(kid *expr) {
	if kid.form == e.form {
		e.kids = append(e.kids, kid.kids...)
		return
	}
	e.kids = append(e.kids, kid)
}

// write appends the expression in its own syntax.
func (e *expr) write(b *strings.Builder) {
	switch e.form {
	case formTest:
		e.test.write(b)
	case formConst:
		b.WriteString(truth(e.value))
	case formNot:
		b.WriteString("!(")
		e.kids[0].write(b)
		b.WriteByte(')')
	case formAnd:
		e.writeKids(b, " && ")
	case formOr:
		e.writeKids(b, " || ")
	}
}

func (e *expr) writeKids(b *strings.Builder, separator string) {
	for i, kid := range e.kids {
		if i > 0 {
			b.WriteString(separator)
		}
		if e.form == formAnd && kid.form == formOr {
			b.WriteByte('(')
			kid.write(b)
			b.WriteByte(')')
			continue
		}
		kid.write(b)
	}
}

func truth(v bool) string {
	if v {
		return "TRUE"
	}
	return "FALSE"
}

// key is equal for expressions of the same meaning, as far as that shows in their structure.
func (e *expr) key() string {
	var b strings.Builder
	e.writeKey(&b)
	return b.String()
}

func (e *expr) writeKey(b *strings.Builder) {
	switch e.form {
	case formTest:
		b.WriteString(e.test.key())
	case formConst:
		b.WriteString(truth(e.value))
	default:
		b.WriteString("(" + strconv.Itoa(int(e.form)))
		for _, kid := range e.kids {
			b.WriteByte(' ')
			kid.writeKey(b)
		}
		b.WriteByte(')')
	}
}
