package message

// AddString, AddBytes, AddInt, AddFloat and AddBool append a field of one value. Names may repeat.
func (d *Draft) AddString(name, v string)              { d.store.addText(name, v, TypeString) }
func (d *Draft) AddBytes(name string, v []byte)        { d.store.addText(name, View(v), TypeBytes) }
func (d *Draft) AddInt(name, unit string, v int64)     { d.store.add(name, unit, IntValue(v)) }
func (d *Draft) AddFloat(name, unit string, v float64) { d.store.add(name, unit, FloatValue(v)) }
func (d *Draft) AddBool(name string, v bool)           { d.store.add(name, "", BoolValue(v)) }

// Add appends a field of one value with a representation (usually a unit, or "").
func (d *Draft) Add(name, representation string, v Value) { d.store.add(name, representation, v) }

// AddList appends a field of any number of values, all of one type; it is a STRING field when there are none.
func (d *Draft) AddList(name, representation string, vs ...Value) {
	typ := TypeString
	if len(vs) > 0 {
		typ = vs[0].typ
	}
	d.store.addAll(name, representation, typ, vs)
}

// AddStrings appends a STRING field of many values.
func (d *Draft) AddStrings(name string, vs []string) {
	s := &d.store
	first := len(s.values)
	for _, v := range vs {
		s.values = append(s.values, StringValue(v))
	}
	s.addAll(name, "", TypeString, s.values[first:])
	clear(s.values[first:])
	s.values = s.values[:first]
}

// AddFields appends all fields of another draft. Those that were only added there are copied as they are
// encoded, which costs less than to add them again.
func (d *Draft) AddFields(from *Draft) {
	to, s := &d.store, &from.store
	if s.loose {
		for i := range s.fields {
			f := s.take(i)
			to.addAll(f.name, f.representation, f.typ, s.valuesOf(f))
		}
		return
	}
	by := int32(len(to.body))
	to.body = append(to.body, s.body...)
	for _, f := range s.fields {
		to.fields = append(to.fields, draftField{f.start + by, f.end + by})
	}
	to.odd = to.odd || s.odd
}

// AppendValue adds a value to the nth field; its type must be the field's. It tells whether it did.
func (d *Draft) AppendValue(nth int, v Value) bool {
	s := &d.store
	if nth < 0 || nth >= len(s.fields) {
		return false
	}
	f := s.take(nth)
	if f.n > 0 && f.typ != v.typ {
		return false
	}
	if int(f.first+f.n) != len(s.values) {
		s.values = append(s.values, s.valuesOf(f)...)
		f.first = int32(len(s.values)) - f.n
	}
	s.values = append(s.values, v)
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

// ReplaceField gives the field at an index other values, all of one type, and a representation. Their
// texts are copied when the draft is sealed.
func (d *Draft) ReplaceField(i int, representation string, vs ...Value) {
	s := &d.store
	name, first := s.name(i), len(s.values)
	s.values = append(s.values, vs...)
	s.set(i, name, representation, TypeString, first)
}

// FindField is the index of the nth field (from 0) of a name, -1 when there is none.
func (d *Draft) FindField(name string, nth int) int {
	s := &d.store
	for i := range s.fields {
		if s.name(i) == name {
			if nth == 0 {
				return i
			}
			nth--
		}
	}
	return -1
}

// RemoveField deletes the field at an index.
func (d *Draft) RemoveField(i int) {
	s := &d.store
	s.fields, s.loose = append(s.fields[:i], s.fields[i+1:]...), true
}

// FieldCount is the number of fields.
func (d *Draft) FieldCount() int { return len(d.store.fields) }

// FieldValues gives a field by index. The values must not be kept beyond the next change.
func (d *Draft) FieldValues(i int) (name, representation string, typ ValueType, vs []Value) {
	f := d.store.take(i)
	return f.name, f.representation, f.typ, d.store.valuesOf(f)
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
