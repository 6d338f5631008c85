package esjson

import (
	"bytes"
	"slices"

	"lma_collector/collector/message"
)

// appendFields appends the dynamic fields, each followed by a comma.
func (e *Encoder) appendFields(dst []byte, m *message.Message) []byte {
	e.keys.begin()
	start := len(dst)
	for at := 0; ; {
		name, v, next, single := m.ReadSingle(at)
		if !single {
			var more bool
			if next, more = m.ReadField(&e.field, at); !more {
				return dst
			}
			name = e.field.Name
		}
		at = next
		key := e.keys.use(name)
		switch {
		case key == nil:
			return e.appendRepeated(dst[:start], m)
		case key.left:
		case !single:
			dst = key.append(dst)
			dst = append(appendValues(dst[:len(dst)-1], &e.field, key.raw), ',')
		case v.Type() <= message.TypeBytes && !key.raw:
			dst = append(appendText(key.append(dst), v.Text()), `",`...)
		default:
			dst = key.append(dst)
			dst = append(appendValue(dst[:len(dst)-1], v, key.raw, false), ',')
		}
	}
}

// appendRepeated is appendFields for a message in which names repeat, or may do so. Servers refuse a
// document with a key twice: fields of one name become one list, and a field with the name of a
// header gets an underscore behind it.
func (e *Encoder) appendRepeated(dst []byte, m *message.Message) []byte {
	var seen []string
	for f := range m.Fields {
		if e.keys.left(f.Name) || slices.Contains(seen, f.Name) {
			continue // left out, or written with the first of its name
		}
		seen = append(seen, f.Name)
		name := f.Name
		for e.keys.reserved[name] {
			name += "_"
		}
		dst = e.keys.append(dst, name)
		dst = dst[:len(dst)-1]
		if _, more := m.Field(f.Name, 1); !more {
			dst = append(appendValues(dst, &f, e.keys.rawNames[f.Name]), ',')
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
		raw, coded := e.keys.rawNames[name], f.Type == message.TypeBytes && f.Len() > 1
		for v := range f.Values {
			dst = append(appendValue(dst, v, raw, coded), ',')
		}
	}
	return append(bytes.TrimSuffix(dst, []byte{','}), ']')
}
