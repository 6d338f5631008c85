package matcher

import (
	"fmt"
	"strings"
	"sync"

	"lma_collector/collector/message"
)

type literalKind uint8

const (
	litString literalKind = iota
	litNumber
	litRegex
	litBool
	litNil
)

// test compares one variable with one literal.
type test struct {
	variable variable
	op       operator
	literal  literalKind
	truth    bool   // the literal TRUE
	source   string // the literal as it was written
	text     string // a string literal, or the word of a boolean one
	number   number
	pattern  *pattern
	header   string // the variable's name
	field    string
	nth, ai  int

	slot int // of the field's place in a Scratch, -1 outside of a set
	memo int // of the result's place in a Scratch, -1 when it is not kept
}

func (t *test) write(b *strings.Builder) {
	switch {
	case t.variable != varField:
		b.WriteString(t.header)
	case t.ai != 0:
		fmt.Fprintf(b, "Fields[%s][%d][%d]", t.field, t.nth, t.ai)
	case t.nth != 0:
		fmt.Fprintf(b, "Fields[%s][%d]", t.field, t.nth)
	default:
		b.WriteString("Fields[" + t.field + "]")
	}
	b.WriteString(" " + t.op.String() + " " + t.source)
}

func (t *test) key() string {
	value := t.text
	switch t.literal {
	case litRegex:
		value = t.pattern.source
	case litNumber:
		value = fmt.Sprint(t.number)
	}
	return fmt.Sprintf("%d %q %d %d %d %d %q", t.variable, t.field, t.nth, t.ai, t.op, t.literal, value)
}

// first tells whether the test looks at the first value of the first field of its name.
func (t *test) first() bool { return t.nth == 0 && t.ai == 0 }

// cost is about how long the test takes, to have cheap ones first.
func (t *test) cost() int {
	cost := 1
	if t.variable == varField {
		cost += 2
	}
	if t.variable == varUUID {
		cost += 4
	}
	if t.literal == litRegex {
		switch t.pattern.shape {
		case shapeRegexp:
			cost += 50
		case shapeContains:
			cost += 5
		}
	}
	return cost
}

// match runs the test; s is nil outside of a set.
func (t *test) match(m *message.Message, s *Scratch) bool {
	switch t.variable {
	case varType:
		return t.matchText(m.Type())
	case varField:
		return t.matchField(m, s)
	case varLogger:
		return t.matchText(m.Logger())
	case varSeverity:
		return compare(t.op, t.number.order(int64(m.Severity())), 0)
	case varPayload:
		return t.matchText(m.Payload())
	case varHostname:
		return t.matchText(m.Hostname())
	case varTimestamp:
		return compare(t.op, t.number.order(m.Timestamp()), 0)
	case varPid:
		return compare(t.op, t.number.order(int64(m.Pid())), 0)
	case varEnvVersion:
		return t.matchText(m.EnvVersion())
	}
	return t.matchUUID(m.UUID())
}

func (t *test) matchText(text string) bool {
	switch t.op {
	case opEqual:
		return text == t.text
	case opMatch:
		return t.pattern.match(text)
	case opNotMatch:
		return !t.pattern.match(text)
	}
	return compare(t.op, text, t.text)
}

// uuidTexts are buffers for the dashed form, since a regular expression lets its text escape.
var uuidTexts = sync.Pool{New: func() any { return new([36]byte) }}

func (t *test) matchUUID(uuid []byte) bool {
	buf := uuidTexts.Get().(*[36]byte)
	matched := t.matchText(message.View(message.AppendUUID(buf[:0], uuid)))
	uuidTexts.Put(buf)
	return matched
}

func (t *test) matchField(m *message.Message, s *Scratch) bool {
	var v message.Value
	var ok bool
	if s != nil && t.slot >= 0 {
		v, ok = s.value(m, t)
	} else if t.first() {
		v, ok = m.Value(t.field)
	} else if f, found := m.Field(t.field, t.nth); found {
		v, ok = f.Value(t.ai)
	}
	if !ok {
		return t.literal == litNil && t.op == opEqual
	}
	return t.matchValue(v)
}

// matchValue tests a value that is there; one of another type than the literal never matches.
func (t *test) matchValue(v message.Value) bool {
	switch t.literal {
	case litNil:
		return t.op == opNotEqual
	case litNumber:
		switch v.Type() {
		case message.TypeInteger:
			return compare(t.op, t.number.order(v.Int()), 0)
		case message.TypeDouble:
			return compare(t.op, v.Float(), t.number.float)
		}
		return false
	case litBool:
		if v.Type() == message.TypeBool {
			return (v.Bool() == t.truth) == (t.op == opEqual)
		}
	}
	if v.Type() > message.TypeBytes {
		return false
	}
	return t.matchText(v.Text())
}
