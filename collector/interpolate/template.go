// Package interpolate fills in texts such as `%{Type}-%{%Y.%m.%d}` from a message: the name of an
// index, of a monitored service.
package interpolate

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"lma_collector/collector/message"
	"lma_collector/collector/strftime"
)

// Template is a parsed text. It is not safe for use by several goroutines.
type Template struct {
	parts []part
}

type kind uint8

const (
	literal kind = iota
	header
	field
	date
)

type part struct {
	kind   kind
	text   string // literal text, or the name of a field
	header func(dst []byte, m *message.Message) []byte
	date   *strftime.Format

	fallback string // what a message without the field has instead
	hasOwn   bool   // fallback was set
	isType   bool   // it is the header Type
}

var headers = map[string]func(dst []byte, m *message.Message) []byte{
	"Type":       func(dst []byte, m *message.Message) []byte { return append(dst, m.Type()...) },
	"Logger":     func(dst []byte, m *message.Message) []byte { return append(dst, m.Logger()...) },
	"Hostname":   func(dst []byte, m *message.Message) []byte { return append(dst, m.Hostname()...) },
	"EnvVersion": func(dst []byte, m *message.Message) []byte { return append(dst, m.EnvVersion()...) },
	"UUID":       func(dst []byte, m *message.Message) []byte { return message.AppendUUID(dst, m.UUID()) },
	"Uuid":       func(dst []byte, m *message.Message) []byte { return message.AppendUUID(dst, m.UUID()) },
	"Pid":        func(dst []byte, m *message.Message) []byte { return strconv.AppendInt(dst, int64(m.Pid()), 10) },
	"Severity": func(dst []byte, m *message.Message) []byte {
		return strconv.AppendInt(dst, int64(m.Severity()), 10)
	},
}

// Parse reads a text. `%{X}` stands for the header X (Type, Logger, Hostname, EnvVersion, UUID, Pid,
// Severity), for the first value of field X, or, where X has a percent sign, for a time in UTC in
// that strftime format.
func Parse(text string) (*Template, error) {
	t := &Template{}
	for text != "" {
		start := strings.Index(text, "%{")
		if start < 0 {
			t.add(part{text: text})
			return t, nil
		}
		if start > 0 {
			t.add(part{text: text[:start]})
		}
		length := strings.IndexByte(text[start:], '}')
		if length < 0 {
			return nil, fmt.Errorf("%q has no closing }", text[start:])
		}
		p, err := placeholder(text[start+2 : start+length])
		if err != nil {
			return nil, err
		}
		t.add(p)
		text = text[start+length+1:]
	}
	return t, nil
}

func (t *Template) add(p part) { t.parts = append(t.parts, p) }

func placeholder(name string) (part, error) {
	if name == "" {
		return part{}, fmt.Errorf("%%{} names neither a header, a field nor a date")
	}
	if h, known := headers[name]; known {
		return part{kind: header, header: h, text: name, isType: name == "Type"}, nil
	}
	if !strings.Contains(name, "%") {
		return part{kind: field, text: name}, nil
	}
	f, err := strftime.Compile(name, time.UTC)
	if err != nil {
		return part{}, fmt.Errorf("%%{%s}: %w", name, err)
	}
	return part{kind: date, date: f, text: name}, nil
}

// Append appends the filled-in text; ns is the time for dates, in nanoseconds since 1970. missing is
// the first field that the message does not have, "" for none; the text then has the field's name
// in that place.
func (t *Template) Append(dst []byte, m *message.Message, ns int64) (_ []byte, missing string) {
	for i := range t.parts {
		p := &t.parts[i]
		switch p.kind {
		case literal:
			dst = append(dst, p.text...)
		case header:
			dst = p.header(dst, m)
		case date:
			dst = p.date.Append(dst, ns)
		case field:
			var ok bool
			if dst, ok = p.appendField(dst, m); !ok && missing == "" {
				missing = p.text
			}
		}
	}
	return dst, missing
}

func (p *part) appendField(dst []byte, m *message.Message) (_ []byte, ok bool) {
	v, ok := m.Value(p.text)
	switch {
	case ok:
		return appendValue(dst, v), true
	case p.hasOwn:
		return append(dst, p.fallback...), true
	}
	return append(dst, p.text...), false
}

func appendValue(dst []byte, v message.Value) []byte {
	switch v.Type() {
	case message.TypeInteger:
		return strconv.AppendInt(dst, v.Int(), 10)
	case message.TypeDouble:
		return strconv.AppendFloat(dst, v.Float(), 'f', -1, 64)
	case message.TypeBool:
		return strconv.AppendBool(dst, v.Bool())
	}
	return append(dst, v.Text()...)
}

// Default sets what stands for a field in messages that do not have it.
func (t *Template) Default(name, value string) {
	for i := range t.parts {
		if p := &t.parts[i]; p.kind == field && p.text == name {
			p.fallback, p.hasOwn = value, true
		}
	}
}

// Same tells whether a message of the same type as the one before, at another time, has the same text.
// It is false whenever the text depends on anything else.
func (t *Template) Same(ns int64) bool {
	for i := range t.parts {
		switch p := &t.parts[i]; p.kind {
		case literal:
		case date:
			if !p.date.Same(ns) {
				return false
			}
		default:
			if !p.isType {
				return false
			}
		}
	}
	return true
}

// Fixed tells whether the text is the same for all messages.
func (t *Template) Fixed() bool {
	for i := range t.parts {
		if t.parts[i].kind != literal {
			return false
		}
	}
	return true
}

// Dated tells whether the text depends on the time.
func (t *Template) Dated() bool {
	for i := range t.parts {
		if t.parts[i].kind == date {
			return true
		}
	}
	return false
}
