package message

// ReadField reads a field in place, which costs half of what Fields does: the one at an offset, 0 for
// the first. It gives the offset of the next one, and false when there was none left to read.
func (m *Message) ReadField(f *Field, at int) (next int, ok bool) {
	if at == 0 {
		at = m.firstField()
	}
	if at >= len(m.raw) {
		return at, false
	}
	body, end := m.fieldBody(at)
	if m.plain() {
		readPlain(f, m.raw[body:end])
		return end, true
	}
	*f = parseField(m.raw[body:end])
	return m.nextField(end), true
}

// readPlain is parsePlain into a field that is used again.
func readPlain(f *Field, b []byte) {
	i := 2 + int(b[1])
	f.Name = View(b[2:i])
	f.Type = ValueType(b[i+1])
	f.plain = true
	f.raw = b
	i += 2
	f.Representation = ""
	if i < len(b) && b[i] == fieldRepresentation<<3|2 {
		start := i + 2
		i = start + int(b[i+1])
		f.Representation = View(b[start:i])
	}
	f.values = i
}
