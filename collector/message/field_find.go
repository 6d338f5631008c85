package message

// Find is the offset of the first field of a name, by which FieldAt and ValueAt find it again; -1
// when there is none.
func (m *Message) Find(name string) (at int) {
	if m.plain() && len(name) < 0x80 {
		return findPlainAt(m.raw, int(m.fields), name)
	}
	for n, at := range m.FieldNames {
		if n == name {
			return at
		}
	}
	return -1
}

// findPlainAt is Find among the plain fields from i on, for a name of less than 128 bytes.
func findPlainAt(raw []byte, i int, name string) int {
	for i+4 <= len(raw) {
		body := i + 2
		end := body + int(raw[i+1])
		if raw[i+1] >= 0x80 {
			body, end = plainBody(raw, i)
		}
		if int(raw[body+1]) == len(name) && string(raw[body+2:body+2+len(name)]) == name {
			return i
		}
		i = end
	}
	return -1
}

// Value is the first value of the first field of a name.
func (m *Message) Value(name string) (Value, bool) {
	at := m.Find(name)
	if at < 0 {
		return Value{}, false
	}
	return m.ValueAt(at)
}

// Text is the first value of the first field of a name if that is a STRING or BYTES field, else "".
func (m *Message) Text(name string) string {
	v, _ := m.Value(name)
	return v.text
}
