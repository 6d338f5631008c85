package esjson

import (
	"bytes"
	"slices"
	"strings"

	"lma_collector/collector/message"
)

// appendFields appends the dynamic fields, each followed by a comma.
func (e *Encoder) appendFields(dst []byte, m *message.Message) []byte {
	e.seen.copy(&e.headerNames)
	defer e.forget()
	start := len(dst)
	f := &e.field
	for at, ok := m.ReadField(f, 0); ok; at, ok = m.ReadField(f, at) {
		if e.only != nil && !e.only[f.Name] {
			continue
		}
		if !e.seen.add(f.Name) {
			return e.appendRepeated(dst[:start], m)
		}
		dst = e.appendKey(dst, f.Name)
		dst = append(e.appendValues(dst, f), ',')
	}
	return dst
}

// forget lets go of the message.
func (e *Encoder) forget() {
	clear(e.seen.list)
	e.field = message.Field{}
}

// appendRepeated is appendFields for a message in which names repeat. Servers refuse a document with
// a key twice: fields of one name become one list, and a field with the name of a header gets an
// underscore behind it.
func (e *Encoder) appendRepeated(dst []byte, m *message.Message) []byte {
	e.seen.copy(&e.headerNames)
	for f := range m.Fields {
		if e.only != nil && !e.only[f.Name] {
			continue
		}
		name := f.Name
		for slices.Contains(e.headerNames.list, name) {
			name += "_"
		}
		if !e.seen.add(name) {
			continue // written with the first of its name
		}
		dst = e.appendKey(dst, name)
		if _, more := m.Field(f.Name, 1); !more {
			dst = append(e.appendValues(dst, &f), ',')
			continue
		}
		dst = append(e.appendAll(dst, m, f.Name), ',')
	}
	return dst
}

// appendAll appends the values of all fields of a name as a list.
func (e *Encoder) appendAll(dst []byte, m *message.Message, name string) []byte {
	dst = append(dst, '[')
	for nth := 0; ; nth++ {
		f, ok := m.Field(name, nth)
		if !ok {
			break
		}
		raw, coded := e.rawNames[name], f.Type == message.TypeBytes && f.Len() > 1
		for v := range f.Values {
			dst = append(appendValue(dst, v, raw, coded), ',')
		}
	}
	return append(bytes.TrimSuffix(dst, []byte{','}), ']')
}

func (e *Encoder) appendKey(dst []byte, name string) []byte {
	if e.dots != "." && strings.IndexByte(name, '.') >= 0 {
		name = strings.ReplaceAll(name, ".", e.dots)
	}
	return append(appendString(dst, name), ':')
}
