package sandbox

import (
	"fmt"
	"math"

	"lma_collector/collector/message"
	"lma_collector/collector/sandbox/lua"
)

// injectMessage is inject_message(table) and inject_message(encoded message).
func (s *script) injectMessage(c lua.Call) {
	const fn = "inject_message() "
	kind := c.Kind(1)
	if c.Len() != 1 || kind != lua.KindTable && kind != lua.KindString {
		c.Raise(fn + "takes a single string or table argument")
	}
	s.made.Reset()
	if kind == lua.KindString {
		text, _ := c.Text(1)
		if text == "" {
			return
		}
		m, err := message.Index([]byte(text))
		if err != nil {
			c.Raise(fn + "protobuf unmarshal failed")
		}
		s.made.Load(&m)
	} else {
		s.payload = s.payload[:0]
		if reason := s.build(c.Table(1)); reason != "" {
			c.Raise(fn + reason)
		}
	}
	if err := s.host.injectMessage(&s.made); err != nil {
		c.Raise(fn + err.Error())
	}
}

// build fills the draft from a message table; the reason is "" when that went well.
func (s *script) build(t lua.Table) (reason string) {
	d := &s.made
	s.makeErr, s.size = "", 0
	s.buildHeaders(d, t)
	if fields, ok := t.Get("Fields").AsTable(); ok {
		if first := fields.Index(1); first.Kind() == lua.KindTable {
			s.buildList(d, fields)
		} else {
			fields.Each(func(k, v lua.Value) bool {
				name, ok := k.AsText()
				if !ok {
					s.makeErr = "field name must be a string"
				} else {
					s.buildField(d, name, v)
				}
				return s.makeErr == ""
			})
		}
	}
	switch {
	case s.makeErr != "":
		return "could not encode protobuf - " + s.makeErr
	case s.outputLimit > 0 && s.size >= s.outputLimit:
		return "output_limit exceeded"
	}
	return ""
}

func (s *script) buildHeaders(d *message.Draft, t lua.Table) {
	if id := t.Get("Uuid").Text(); len(id) == 16 {
		d.SetUUID([16]byte([]byte(id)))
	}
	if ns, ok := t.Get("Timestamp").AsNumber(); ok {
		d.SetTimestamp(int64(lua.Truncate(ns)))
	} else {
		d.SetTimestamp(s.clock().Unix() * 1e9)
	}
	d.Type = s.header(t, "Type")
	d.Logger = s.header(t, "Logger")
	d.Payload = s.header(t, "Payload")
	d.EnvVersion = s.header(t, "EnvVersion")
	d.Hostname = s.header(t, "Hostname")
	if f, ok := t.Get("Severity").AsNumber(); ok {
		d.SetSeverity(int32(lua.Truncate(f)))
	}
	if f, ok := t.Get("Pid").AsNumber(); ok {
		d.SetPid(int32(lua.Truncate(f)))
	}
	s.size += 30 // uuid and timestamp
}

func (s *script) header(t lua.Table, name string) string {
	text, _ := t.Get(name).AsText()
	s.size += len(text)
	return text
}

// buildList takes the array form of Fields: {{name=, value=, …}, …}.
func (s *script) buildList(d *message.Draft, fields lua.Table) {
	for i := 1; s.makeErr == ""; i++ {
		v := fields.Index(i)
		if v.IsNil() {
			return
		}
		f, ok := v.AsTable()
		if !ok {
			s.makeErr = "field array entry must be a table"
			return
		}
		name, ok := f.Get("name").AsText()
		if !ok {
			s.makeErr = "field name must be a string"
			return
		}
		s.buildObject(d, name, f)
	}
}

// buildObject takes the object form of a field: {value=, value_type=, representation=}.
func (s *script) buildObject(d *message.Draft, name string, f lua.Table) {
	for {
		value := f.Get("value")
		t, isTable := value.AsTable()
		if isTable && t.Index(1).IsNil() { // an object in an object counts alone
			f = t
			continue
		}
		typ, given := f.Get("value_type").AsNumber()
		if !given {
			typ = -1
		}
		representation, _ := f.Get("representation").AsText()
		s.buildValues(d, name, representation, int(typ), value)
		return
	}
}

func (s *script) buildField(d *message.Draft, name string, v lua.Value) {
	if t, ok := v.AsTable(); ok && t.Index(1).IsNil() {
		s.buildObject(d, name, t)
		return
	}
	s.buildValues(d, name, "", -1, v)
}

// buildValues adds a field of one value or of an array. typ is -1 for the natural type.
func (s *script) buildValues(d *message.Draft, name, representation string, typ int, v lua.Value) {
	s.size += len(name) + len(representation) + 8
	t, ok := v.AsTable()
	if !ok {
		if value, ok := s.convert(v, typ); ok {
			d.Add(name, representation, value)
		}
		return
	}
	kind := t.Index(1).Kind()
	if kind != lua.KindNumber && kind != lua.KindString && kind != lua.KindBool {
		s.makeErr = "unsupported array type: " + kind.String()
		return
	}
	s.values = s.values[:0]
	t.Each(func(_, v lua.Value) bool {
		if v.Kind() != kind {
			s.makeErr = "array has mixed types"
			return false
		}
		value, ok := s.convert(v, typ)
		s.values = append(s.values, value)
		return ok
	})
	if s.makeErr == "" {
		d.AddList(name, representation, s.values...)
	}
}

// convert makes a field's value of a Lua one.
func (s *script) convert(v lua.Value, typ int) (value message.Value, ok bool) {
	s.size += 9
	switch kind := v.Kind(); kind {
	case lua.KindString:
		s.size += len(v.Text())
		switch typ {
		case -1, int(message.TypeString):
			return message.StringValue(v.Text()), true
		case int(message.TypeBytes):
			return message.BytesValue([]byte(v.Text())), true
		}
		s.makeErr = fmt.Sprintf("invalid string value_type: %d", typ)
	case lua.KindNumber:
		switch typ {
		case -1, int(message.TypeDouble):
			return message.FloatValue(v.Float()), true
		case int(message.TypeInteger):
			return message.IntValue(int64(lua.Truncate(v.Float()))), true
		}
		s.makeErr = fmt.Sprintf("invalid numeric value_type: %d", typ)
	case lua.KindBool:
		if typ == -1 || typ == int(message.TypeBool) {
			return message.BoolValue(v.Truth()), true
		}
		s.makeErr = fmt.Sprintf("invalid boolean value_type: %d", typ)
	case lua.KindUserdata:
		if o, ok := v.AsObject().(lua.Outputter); ok {
			text := o.AppendOutput(nil)
			s.size += len(text)
			return message.BytesValue(text), true
		}
		s.makeErr = "user data object does not implement lsb_output"
	default:
		if kind == lua.KindNone {
			kind = lua.KindNil
		}
		s.makeErr = "unsupported type: " + kind.String()
	}
	return value, false
}

// roomFor tells whether n more bytes fit in the payload; one byte is reserved as in hekad.
func (s *script) roomFor(n int) bool {
	limit := s.outputLimit
	if limit <= 0 {
		limit = math.MaxInt
	}
	return len(s.payload)+n < limit
}
