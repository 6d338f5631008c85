package message

import "math"

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
}

// draftField is a field made here (values first to first+n of the draft), or an encoded one kept as it was.
type draftField struct {
	name, representation string
	raw                  string
	first, n             int
	typ                  ValueType
}

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
	d.fields = append(d.fields, draftField{name: name, representation: representation, first: len(d.values), n: 1, typ: v.typ})
	d.values = append(d.values, v)
}

// AddList appends a field of any number of values, all of one type; it is a STRING field when there are none.
func (d *Draft) AddList(name, representation string, vs ...Value) {
	f := draftField{name: name, representation: representation, first: len(d.values), n: len(vs)}
	if len(vs) > 0 {
		f.typ = vs[0].typ
	}
	d.fields = append(d.fields, f)
	d.values = append(d.values, vs...)
}

// AddStrings appends a STRING field of many values.
func (d *Draft) AddStrings(name string, vs []string) {
	first := len(d.values)
	for _, v := range vs {
		d.values = append(d.values, StringValue(v))
	}
	d.fields = append(d.fields, draftField{name: name, first: first, n: len(vs)})
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
	if f.first+f.n != len(d.values) {
		d.values = append(d.values, d.values[f.first:f.first+f.n]...)
		f.first = len(d.values) - f.n
	}
	d.values = append(d.values, v)
	f.typ = v.typ
	f.n++
	return true
}

// SetField replaces the first field of a name, or appends it.
func (d *Draft) SetField(name, representation string, vs ...Value) {
	nth := d.FindField(name, 0)
	if nth < 0 {
		d.AddList(name, representation, vs...)
		return
	}
	f := draftField{name: name, representation: representation, first: len(d.values), n: len(vs)}
	if len(vs) > 0 {
		f.typ = vs[0].typ
	}
	d.fields[nth] = f
	d.values = append(d.values, vs...)
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
	return f.name, f.representation, f.typ, d.values[f.first : f.first+f.n]
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
	if d.fields[i].raw != "" {
		return nameOf(bytesView(d.fields[i].raw))
	}
	return d.fields[i].name
}

// materialize decodes a field that was kept encoded.
func (d *Draft) materialize(i int) *draftField {
	f := &d.fields[i]
	if f.raw == "" {
		return f
	}
	view := parseField(bytesView(f.raw))
	*f = draftField{name: view.Name, representation: view.Representation, typ: view.Type, first: len(d.values)}
	for v := range view.Values {
		d.values = append(d.values, v)
	}
	f.n = len(d.values) - f.first
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
	d.loadElements(m)
}

func (d *Draft) loadElements(m *Message) {
	for i := 0; i < len(m.raw); {
		tag, n := varint(m.raw, i)
		end := skip(m.raw, i+n, int(tag&7), 0)
		switch {
		case tag == tagField<<3|2:
			_, ln := varint(m.raw, i+n)
			if body := View(m.raw[i+n+ln : end]); body != "" {
				d.fields = append(d.fields, draftField{raw: body})
			} else {
				d.fields = append(d.fields, draftField{})
			}
		case tag>>3 > tagField:
			d.unknown = append(d.unknown, m.raw[i:end]...)
		}
		i = end
	}
}

// Encode appends the draft's encoding, in ascending order of elements as hekad wrote it.
func (d *Draft) Encode(dst []byte) []byte {
	if d.HasUUID {
		dst = append(append(dst, tagUUID<<3|2, 16), d.UUID[:]...)
	}
	if d.HasTimestamp {
		dst = appendVarint(append(dst, tagTimestamp<<3), uint64(d.Timestamp))
	}
	dst = appendText(dst, tagType, d.Type)
	dst = appendText(dst, tagLogger, d.Logger)
	if d.HasSeverity {
		dst = appendVarint(append(dst, tagSeverity<<3), uint64(d.Severity))
	}
	dst = appendText(dst, tagPayload, d.Payload)
	dst = appendText(dst, tagEnvVersion, d.EnvVersion)
	if d.HasPid {
		dst = appendVarint(append(dst, tagPid<<3), uint64(d.Pid))
	}
	dst = appendText(dst, tagHostname, d.Hostname)
	for i := range d.fields {
		dst = d.encodeField(dst, &d.fields[i])
	}
	return append(dst, d.unknown...)
}

func (d *Draft) encodeField(dst []byte, f *draftField) []byte {
	if f.raw != "" {
		dst = appendVarint(append(dst, tagField<<3|2), uint64(len(f.raw)))
		return append(dst, f.raw...)
	}
	vs := d.values[f.first : f.first+f.n]
	data := packedSize(f.typ, vs)
	dst = append(dst, tagField<<3|2)
	dst = appendVarint(dst, uint64(fieldSize(f, vs, data)))
	dst = appendVarint(append(dst, fieldName<<3|2), uint64(len(f.name)))
	dst = append(dst, f.name...)
	dst = append(dst, fieldType<<3, byte(f.typ), fieldRepresentation<<3|2)
	dst = appendVarint(dst, uint64(len(f.representation)))
	dst = append(dst, f.representation...)
	return appendValues(dst, f.typ, vs, data)
}

func fieldSize(f *draftField, vs []Value, packed int) int {
	n := 1 + varintSize(uint64(len(f.name))) + len(f.name) + 2 +
		1 + varintSize(uint64(len(f.representation))) + len(f.representation)
	if f.typ <= TypeBytes {
		for i := range vs {
			n += 1 + varintSize(uint64(len(vs[i].text))) + len(vs[i].text)
		}
		return n
	}
	if len(vs) > 0 {
		n += 1 + varintSize(uint64(packed)) + packed
	}
	return n
}

func packedSize(typ ValueType, vs []Value) (n int) {
	switch typ {
	case TypeDouble:
		return 8 * len(vs)
	case TypeInteger, TypeBool:
		for i := range vs {
			n += varintSize(vs[i].bits)
		}
	}
	return n
}

func appendValues(dst []byte, typ ValueType, vs []Value, packed int) []byte {
	if typ <= TypeBytes {
		for i := range vs {
			dst = appendVarint(append(dst, byte(typ+fieldString)<<3|2), uint64(len(vs[i].text)))
			dst = append(dst, vs[i].text...)
		}
		return dst
	}
	if len(vs) == 0 {
		return dst
	}
	dst = appendVarint(append(dst, byte(typ+fieldString)<<3|2), uint64(packed))
	for i := range vs {
		if typ == TypeDouble {
			b := vs[i].bits
			dst = append(dst, byte(b), byte(b>>8), byte(b>>16), byte(b>>24), byte(b>>32), byte(b>>40), byte(b>>48), byte(b>>56))
			continue
		}
		dst = appendVarint(dst, vs[i].bits)
	}
	return dst
}

func appendText(dst []byte, num int, s string) []byte {
	if s == "" {
		return dst
	}
	dst = appendVarint(append(dst, byte(num<<3|2)), uint64(len(s)))
	return append(dst, s...)
}

func appendVarint(dst []byte, v uint64) []byte {
	for v >= 0x80 {
		dst = append(dst, byte(v)|0x80)
		v >>= 7
	}
	return append(dst, byte(v))
}

// sizeHint is about what Encode will append, at least.
func (d *Draft) sizeHint() int {
	n := 96 + len(d.Type) + len(d.Logger) + len(d.Payload) + len(d.EnvVersion) + len(d.Hostname) + len(d.unknown)
	for i := range d.fields {
		f := &d.fields[i]
		n += 24 + len(f.name) + len(f.representation) + len(f.raw)
	}
	for i := range d.values {
		n += 10 + len(d.values[i].text)
	}
	return min(n, math.MaxInt32)
}
