package esjson

import (
	"bytes"
	"slices"

	"lma_collector/collector/message"
)

// appendFields appends the dynamic fields, each followed by a comma.
func (e *Encoder) appendFields(dst []byte, m *message.Message) []byte {
	e.keys.next()
	start := len(dst)
	f := &e.field
	for at, ok := m.ReadField(f, 0); ok; at, ok = m.ReadField(f, at) {
		if e.only != nil && !e.only[f.Name] {
			continue
		}
		key, isNew := e.keys.use(f.Name)
		if !isNew {
			return e.appendRepeated(dst[:start], m)
		}
		dst = append(dst, key...)
		dst = append(e.appendValues(dst, f), ',')
	}
	return dst
}

// appendRepeated is appendFields for a message in which names repeat, or may do so. Servers refuse a
// document with a key twice: fields of one name become one list, and a field with the name of a
// header gets an underscore behind it.
func (e *Encoder) appendRepeated(dst []byte, m *message.Message) []byte {
	var seen []string
	for f := range m.Fields {
		if e.only != nil && !e.only[f.Name] || slices.Contains(seen, f.Name) {
			continue // left out, or written with the first of its name
		}
		seen = append(seen, f.Name)
		name := f.Name
		for e.keys.reserved[name] {
			name += "_"
		}
		dst = append(dst, e.keys.write(name)...)
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
