package message

// Numbers of the protobuf fields of a message's field.
const (
	fieldName           = 1
	fieldType           = 2
	fieldRepresentation = 3
	fieldString         = 4
	fieldBytes          = 5
	fieldInteger        = 6
	fieldDouble         = 7
	fieldBool           = 8
)

// Field is a view of one field of a message: a name, a type, and values of that type.
type Field struct {
	Name           string
	Representation string // free metadata, usually a unit
	Type           ValueType
	plain          bool   // raw is a plain field
	raw            []byte // the field's encoding
	values         int    // offset in raw of the first value
}

// parseField reads the head of a checked field encoding.
func parseField(raw []byte) Field {
	f := Field{raw: raw, values: len(raw)}
	for i := 0; i < len(raw); {
		tag, n := varint(raw, i)
		body := i + n
		switch tag {
		case fieldName<<3 | 2:
			size, n := varint(raw, body)
			body += n + int(size)
			f.Name = View(raw[body-int(size) : body])
		case fieldType << 3:
			v, n := varint(raw, body)
			f.Type = ValueType(min(v, 0x7f)) // no known type needs two bytes
			body += n
		case fieldRepresentation<<3 | 2:
			size, n := varint(raw, body)
			body += n + int(size)
			f.Representation = View(raw[body-int(size) : body])
		default:
			f.values = min(f.values, i)
			body = skip(raw, body, int(tag&7), 0)
		}
		i = body
	}
	return f
}

// Encoding is the field's own encoding, without the tag and the length before it. It must not be changed.
func (f *Field) Encoding() []byte { return f.raw }

// Fields calls yield for each field in order, until it returns false.
func (m *Message) Fields(yield func(Field) bool) {
	var f Field
	for i := m.firstField(); i < len(m.raw); {
		body, end := m.fieldBody(i)
		f.set(m.raw[body:end], m.plain())
		if !yield(f) {
			return
		}
		i = m.nextField(end)
	}
}

// FieldNames calls yield with the name of each field and a number by which FieldAt finds it again.
// A match set looks at the names of a message once, whatever the number of its matchers.
func (m *Message) FieldNames(yield func(name string, at int) bool) {
	if m.plain() {
		plainNames(m.raw, int(m.fields), yield)
		return
	}
	for i := m.firstField(); i < len(m.raw); {
		body, end := m.fieldBody(i)
		if !yield(parseField(m.raw[body:end]).Name, i) {
			return
		}
		i = m.nextField(end)
	}
}

// FieldAt is the field that FieldNames announced at that number.
func (m *Message) FieldAt(at int) (f Field) {
	body, end := m.fieldBody(at)
	f.set(m.raw[body:end], m.plain())
	return f
}

// Field is the nth (from 0) field of a name.
func (m *Message) Field(name string, nth int) (Field, bool) {
	if m.plain() {
		return findPlain(m.raw, int(m.fields), name, nth)
	}
	for i := m.firstField(); i < len(m.raw); {
		body, end := m.fieldBody(i)
		if f := parseField(m.raw[body:end]); f.Name == name {
			if nth == 0 {
				return f, true
			}
			nth--
		}
		i = m.nextField(end)
	}
	return Field{}, false
}

func (m *Message) plain() bool { return m.set&isPlain != 0 }

// set makes f the field that a checked raw encodes.
func (f *Field) set(raw []byte, plain bool) {
	if plain {
		f.setPlain(raw)
		return
	}
	*f = parseField(raw)
}

// firstField and nextField give the offset of a field's tag: the first one, or the one from i on,
// where an element starts. It is the end of the encoding when there is none.
func (m *Message) firstField() int { return int(m.fields) }

func (m *Message) nextField(i int) int {
	if m.plain() {
		return i
	}
	return m.seekField(i)
}

func (m *Message) seekField(i int) int {
	for i < len(m.raw) {
		tag, n := varint(m.raw, i)
		if tag == tagField<<3|2 {
			break
		}
		i = skip(m.raw, i+n, int(tag&7), 0)
	}
	return i
}

// fieldBody is where the field lies whose tag is at i.
func (m *Message) fieldBody(i int) (body, end int) {
	if head := m.raw[i:]; head[0] == tagField<<3|2 && head[1] < 0x80 {
		return i + 2, i + 2 + int(head[1])
	}
	return m.longField(i)
}

// longField is fieldBody for lengths of more than one byte, and tags written longer than needed.
func (m *Message) longField(i int) (body, end int) {
	_, n := varint(m.raw, i)
	size, k := varint(m.raw, i+n)
	return i + n + k, i + n + k + int(size)
}
