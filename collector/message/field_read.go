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
	f.set(m.raw[body:end], m.plain())
	return m.nextField(end), true
}
