package message

import "encoding/binary"

// fieldStore holds the fields of a draft. They are encoded as they are added, one behind the other, so
// that sealing copies them at once. Only what is looked at or changed afterwards is taken apart.
type fieldStore struct {
	body    []byte // encoded fields
	fields  []draftField
	made    []madeField
	values  []Value // of made fields
	unknown []byte  // elements of a later format, kept as they were
	loose   bool    // the fields are not just what body holds, in that order
	odd     bool    // some field in body is not plain
}

// draftField is the element body[start:end], or the made field of number start when end is 0.
type draftField struct{ start, end int32 }

// madeField is a field as name and values: first to first+n of the store. Its texts may be views of body.
type madeField struct {
	name, representation string
	first, n             int32
	typ                  ValueType
}

// maxBody is the capacity in bytes up to which a draft's memory is kept for the next message.
const maxBody = 256 << 10

func (s *fieldStore) reset() {
	if cap(s.body) > maxBody {
		s.body = nil
	}
	if s.loose {
		clear(s.made)
		clear(s.values)
		s.made, s.values, s.loose = s.made[:0], s.values[:0], false
	}
	s.body, s.fields, s.unknown, s.odd = s.body[:0], s.fields[:0], s.unknown[:0], false
}

// room gives body with all its capacity, at least n bytes more than it has.
func (s *fieldStore) room(n int) []byte {
	if cap(s.body)-len(s.body) < n {
		s.body = append(make([]byte, 0, max(512, 2*cap(s.body), len(s.body)+n)), s.body...)
	}
	return s.body[:cap(s.body)]
}

// add encodes a field of one value.
func (s *fieldStore) add(name, representation string, v Value) {
	if len(name) >= 0x80 || len(representation) >= 0x80 {
		s.addAll(name, representation, v.typ, []Value{v})
		return
	}
	start := len(s.body)
	b := s.room(32 + len(name) + len(representation) + len(v.text))
	end := putSingle(b, start, name, representation, v)
	s.body = b[:end]
	s.fields = append(s.fields, draftField{int32(start), int32(end)})
}

// addText encodes a STRING or BYTES field of one value: at once if all lengths need one byte.
func (s *fieldStore) addText(name, text string, typ ValueType) {
	const frame = 10 // bytes around name and text
	n, size := len(name), len(name)+len(text)+frame
	if size-2 >= 0x80 {
		s.add(name, "", Value{typ: typ, text: text})
		return
	}
	start := len(s.body)
	end := start + size
	if end > cap(s.body) {
		s.room(size)
	}
	s.body = s.body[:end]
	b := s.body[start:end]
	binary.LittleEndian.PutUint32(b, tagField<<3|2|uint32(size-2)<<8|(fieldName<<3|2)<<16|uint32(n)<<24)
	copy(b[4:], name)
	b = b[4+n:]
	binary.LittleEndian.PutUint32(b, plainString|uint32(typ)<<8)
	b[4], b[5] = (fieldString+byte(typ))<<3|2, byte(len(text))
	copy(b[6:], text)
	s.fields = append(s.fields, draftField{int32(start), int32(end)})
}

// addAll encodes any field.
func (s *fieldStore) addAll(name, representation string, typ ValueType, vs []Value) {
	start := len(s.body)
	b := s.room(fieldSize(name, representation, vs))
	body, end := putField(b, start, name, representation, typ, vs)
	s.keep(b, start, body, end)
}

// keep notes the field in b[start:end] that was put behind body.
func (s *fieldStore) keep(b []byte, start, body, end int) {
	s.odd = s.odd || !plainField(b[body:end])
	s.body = b[:end]
	s.fields = append(s.fields, draftField{int32(start), int32(end)})
}

// loadPlain takes over all fields of a plain message, which has nothing else behind its headers.
func (s *fieldStore) loadPlain(raw []byte) {
	s.body = append(s.body, raw...)
	for i := 0; i < len(raw); {
		_, end := plainBody(raw, i)
		s.fields = append(s.fields, draftField{int32(i), int32(end)})
		i = end
	}
}

// loadField takes over an encoded field.
func (s *fieldStore) loadField(raw []byte) {
	start := len(s.body)
	b := s.room(16 + len(raw))
	body := putHead(b, start, tagField, len(raw))
	s.keep(b, start, body, body+copy(b[body:], raw))
}

func (s *fieldStore) valuesOf(f *madeField) []Value { return s.values[f.first : f.first+f.n] }

// set makes the field at an index one of the values from first on.
func (s *fieldStore) set(i int, name, representation string, typ ValueType, first int) *madeField {
	f := madeField{name: name, representation: representation, first: int32(first), n: int32(len(s.values) - first), typ: typ}
	if f.n > 0 {
		f.typ = s.values[first].typ
	}
	s.loose = true
	s.fields[i] = draftField{start: int32(len(s.made))}
	s.made = append(s.made, f)
	return &s.made[len(s.made)-1]
}

// encoded is the encoding of a field that was not made, without tag and length.
func (s *fieldStore) encoded(f draftField) []byte {
	body, _ := plainBody(s.body, int(f.start))
	return s.body[body:f.end]
}

// name is the name of the field at an index.
func (s *fieldStore) name(i int) string {
	switch f := s.fields[i]; {
	case f.end == 0:
		return s.made[f.start].name
	case !s.odd:
		return plainName(s.encoded(f))
	default:
		return parseField(s.encoded(f)).Name
	}
}

// take gives the field at an index as name and values.
func (s *fieldStore) take(i int) *madeField {
	f := s.fields[i]
	if f.end == 0 {
		return &s.made[f.start]
	}
	view := parseField(s.encoded(f))
	first := len(s.values)
	for v := range view.Values {
		s.values = append(s.values, v)
	}
	return s.set(i, view.Name, view.Representation, view.Type, first)
}

// fieldSize is how much room the encoding of a field needs at most, in bytes.
func fieldSize(name, representation string, vs []Value) int {
	n := 32 + len(name) + len(representation) + 10*len(vs)
	for i := range vs {
		n += len(vs[i].text)
	}
	return n
}

// size is how much room the encoding of all fields needs at most, in bytes.
func (s *fieldStore) size() int {
	n := len(s.body) + len(s.unknown)
	if s.loose {
		for i := range s.made {
			f := &s.made[i]
			n += fieldSize(f.name, f.representation, s.valuesOf(f))
		}
	}
	return n
}

// seal writes all fields at i and gives where they end. They may not be plain.
func (s *fieldStore) seal(b []byte, i int) (end int, plain bool) {
	plain = !s.odd && len(s.unknown) == 0
	if !s.loose {
		return i + copy(b[i:], s.body), plain
	}
	for _, f := range s.fields {
		if f.end > 0 {
			i += copy(b[i:], s.body[f.start:f.end])
			continue
		}
		made := &s.made[f.start]
		var start int
		start, i = putField(b, i, made.name, made.representation, made.typ, s.valuesOf(made))
		plain = plain && plainField(b[start:i])
	}
	return i, plain
}
