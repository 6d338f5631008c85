package message

// Draft is a message in the making: what decoders fill and filters inject. Sealing it (Batch.Append)
// encodes it once. Its strings may be views of a read buffer; they are copied when it is sealed.
// The zero Draft is an empty message; a Draft is used again after Reset.
type Draft struct {
	UUID       [16]byte
	HasUUID    bool
	Timestamp  int64 // ns since 1970
	Type       string
	Logger     string
	Payload    string
	EnvVersion string
	Hostname   string
	Severity   int32 // used when HasSeverity
	Pid        int32 // used when HasPid

	HasTimestamp, HasSeverity, HasPid bool

	// Raw is the record as it came where the splitter delivers encoded messages (use_message_bytes).
	Raw []byte
	// Signer is the verified signer of the record, "" for none.
	Signer string
	// Loops counts injections, see Message.Loops.
	Loops int

	fields  []draftField
	values  []Value
	unknown []byte // elements of a later format, kept as they were
	empty   uint8  // text headers that are set to "", as bits; only the encoding tells them from unset ones
}

// draftField is a field made here (values first to first+n of the draft), or an encoded one kept as it was.
type draftField struct {
	name           string // the whole encoding of a kept field
	representation string
	first, n       int32
	typ            ValueType
	kept, plain    bool // plain says the same of a kept one as isPlain of a message
}

// made is a field of the values from first on.
func (d *Draft) made(name, representation string, first int) draftField {
	f := draftField{name: name, representation: representation, first: int32(first), n: int32(len(d.values) - first)}
	if f.n > 0 {
		f.typ = d.values[first].typ
	}
	return f
}

func (d *Draft) valuesOf(f *draftField) []Value { return d.values[f.first : f.first+f.n] }

// Reset empties the draft and keeps its memory.
func (d *Draft) Reset() {
	clear(d.fields)
	clear(d.values)
	*d = Draft{fields: d.fields[:0], values: d.values[:0], unknown: d.unknown[:0]}
}

// CopyHeaders takes over all headers and the envelope (signer, loops) of another draft, not its fields.
func (d *Draft) CopyHeaders(from *Draft) {
	fields, values, unknown := d.fields, d.values, d.unknown
	*d = *from
	d.fields, d.values, d.unknown = fields, values, unknown
}

// SetTimestamp, SetSeverity, SetPid and SetUUID set a header that may also be absent.
func (d *Draft) SetTimestamp(ns int64) { d.Timestamp, d.HasTimestamp = ns, true }
func (d *Draft) SetSeverity(s int32)   { d.Severity, d.HasSeverity = s, true }
func (d *Draft) SetPid(pid int32)      { d.Pid, d.HasPid = pid, true }
func (d *Draft) SetUUID(uuid [16]byte) { d.UUID, d.HasUUID = uuid, true }

// AddString, AddBytes, AddInt, AddFloat and AddBool append a field of one value. Names may repeat.
func (d *Draft) AddString(name, v string)              { d.Add(name, "", StringValue(v)) }
func (d *Draft) AddBytes(name string, v []byte)        { d.Add(name, "", BytesValue(v)) }
func (d *Draft) AddInt(name, unit string, v int64)     { d.Add(name, unit, IntValue(v)) }
func (d *Draft) AddFloat(name, unit string, v float64) { d.Add(name, unit, FloatValue(v)) }
func (d *Draft) AddBool(name string, v bool)           { d.Add(name, "", BoolValue(v)) }

// Add appends a field of one value with a representation (usually a unit, or "").
func (d *Draft) Add(name, representation string, v Value) {
	d.fields = append(d.fields, draftField{name: name, representation: representation, first: int32(len(d.values)), n: 1, typ: v.typ})
	d.values = append(d.values, v)
}

// AddList appends a field of any number of values, all of one type; it is a STRING field when there are none.
func (d *Draft) AddList(name, representation string, vs ...Value) {
	first := len(d.values)
	d.values = append(d.values, vs...)
	d.fields = append(d.fields, d.made(name, representation, first))
}

// AddStrings appends a STRING field of many values.
func (d *Draft) AddStrings(name string, vs []string) {
	first := len(d.values)
	for _, v := range vs {
		d.values = append(d.values, StringValue(v))
	}
	d.fields = append(d.fields, d.made(name, "", first))
}

// AppendValue adds a value to the nth field; its type must be the field's. It tells whether it did.
func (d *Draft) AppendValue(nth int, v Value) bool {
	if nth < 0 || nth >= len(d.fields) {
		return false
	}
	f := d.materialize(nth)
	if f.n > 0 && f.typ != v.typ {
		return false
	}
	if int(f.first+f.n) != len(d.values) {
		d.values = append(d.values, d.valuesOf(f)...)
		f.first = int32(len(d.values)) - f.n
	}
	d.values = append(d.values, v)
	f.typ = v.typ
	f.n++
	return true
}

// SetField replaces the first field of a name, or appends it.
func (d *Draft) SetField(name, representation string, vs ...Value) {
	if i := d.FindField(name, 0); i >= 0 {
		d.ReplaceField(i, representation, vs...)
		return
	}
	d.AddList(name, representation, vs...)
}

// ReplaceField gives the field at an index other values, all of one type, and a representation.
func (d *Draft) ReplaceField(i int, representation string, vs ...Value) {
	first := len(d.values)
	d.values = append(d.values, vs...)
	d.fields[i] = d.made(d.fieldName(i), representation, first)
}

// FindField is the index of the nth field (from 0) of a name, -1 when there is none.
func (d *Draft) FindField(name string, nth int) int {
	for i := range d.fields {
		if d.fieldName(i) == name {
			if nth == 0 {
				return i
			}
			nth--
		}
	}
	return -1
}

// RemoveField deletes the field at an index.
func (d *Draft) RemoveField(i int) { d.fields = append(d.fields[:i], d.fields[i+1:]...) }

// FieldCount is the number of fields.
func (d *Draft) FieldCount() int { return len(d.fields) }

// FieldValues gives a field by index. The values must not be kept beyond the next change.
func (d *Draft) FieldValues(i int) (name, representation string, typ ValueType, vs []Value) {
	f := d.materialize(i)
	return f.name, f.representation, f.typ, d.valuesOf(f)
}

// Value is the first value of the first field of a name.
func (d *Draft) Value(name string) (Value, bool) {
	i := d.FindField(name, 0)
	if i < 0 {
		return Value{}, false
	}
	if _, _, _, vs := d.FieldValues(i); len(vs) > 0 {
		return vs[0], true
	}
	return Value{}, false
}

func (d *Draft) fieldName(i int) string {
	switch f := &d.fields[i]; {
	case !f.kept:
		return f.name
	case f.plain:
		return plainName(bytesView(f.name))
	default:
		return parseField(bytesView(f.name)).Name
	}
}

// materialize decodes a field that was kept encoded.
func (d *Draft) materialize(i int) *draftField {
	f := &d.fields[i]
	if !f.kept {
		return f
	}
	view := parseField(bytesView(f.name))
	first := len(d.values)
	for v := range view.Values {
		d.values = append(d.values, v)
	}
	*f = d.made(view.Name, view.Representation, first)
	f.typ = view.Type
	return f
}

// Load fills the draft from a message: what it does not change is encoded again byte for byte.
func (d *Draft) Load(m *Message) {
	d.Reset()
	if u := m.UUID(); len(u) == 16 {
		d.UUID, d.HasUUID = [16]byte(u), true
	}
	d.Timestamp, d.HasTimestamp = m.timestamp, m.HasTimestamp()
	d.Severity, d.HasSeverity = m.severity, m.HasSeverity()
	d.Pid, d.HasPid = m.pid, m.HasPid()
	d.Type, d.Logger, d.Payload = m.Type(), m.Logger(), m.Payload()
	d.EnvVersion, d.Hostname = m.EnvVersion(), m.Hostname()
	d.Signer, d.Loops = m.signer, m.Loops()
	for i, header := range [...]span{m.typ, m.logger, m.payload, m.envVersion, m.hostname} {
		if header.end > 0 && header.off == header.end {
			d.empty |= 1 << i
		}
	}
	d.loadElements(m)
}

// loadElements keeps the fields, and the elements of later formats, as they are encoded.
func (d *Draft) loadElements(m *Message) {
	if m.plain() {
		for i := m.firstField(); i < len(m.raw); {
			body, end := plainBody(m.raw, i)
			d.fields = append(d.fields, draftField{name: View(m.raw[body:end]), kept: true, plain: true})
			i = end
		}
		return
	}
	for i := 0; i < len(m.raw); {
		tag, n := varint(m.raw, i)
		end := skip(m.raw, i+n, int(tag&7), 0)
		switch {
		case tag == tagField<<3|2:
			_, ln := varint(m.raw, i+n)
			d.fields = append(d.fields, draftField{name: View(m.raw[i+n+ln : end]), kept: true})
		case tag>>3 > tagField:
			d.unknown = append(d.unknown, m.raw[i:end]...)
		}
		i = end
	}
}
