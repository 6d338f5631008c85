package sandbox

import (
	"fmt"
	"math"
	"math/bits"
	"math/rand/v2"

	"lma_collector/collector/message"
	"lma_collector/collector/sandbox/lua"
)

// headers are message headers as bits.
type headers uint8

const (
	hasType headers = 1 << iota
	hasLogger
	hasHostname
)

// injectMessage is inject_message(table) and inject_message(encoded message).
func (s *script) injectMessage(c *lua.Call) {
	const fn = "inject_message() "
	kind := c.Kind(1)
	if c.Len() != 1 || kind != lua.KindTable && kind != lua.KindString {
		c.Raise(fn + "takes a single string or table argument")
	}
	s.made.Reset()
	s.encoded, s.given = "", 0
	if kind == lua.KindString {
		text, _ := c.Text(1)
		if text == "" {
			return
		}
		c.Spend(len(text) >> 3) // it may turn out to be none
		m, err := message.Index([]byte(text))
		if err != nil {
			c.Raise(fn + "protobuf unmarshal failed")
		}
		s.made.Load(&m)
		s.encoded, s.size = text, len(text)
	} else {
		s.payload = s.payload[:0]
		if reason := s.build(c, c.Table(1)); reason != "" {
			c.Raise(fn + reason)
		}
		s.usage.output(s.size)
	}
	c.Spend(s.size >> 4)
	if err := s.host.injectMessage(s); err != nil {
		c.Raise(fn + err.Error())
	}
	s.usage.injected.Add(1)
}

const (
	tooLarge   = "output_limit exceeded" // a makeErr of its own: what is in the making is over the limit
	notEncoded = "could not encode protobuf - "
)

// build fills the draft from a message table; the reason is "" when that went well.
func (s *script) build(c *lua.Call, t *lua.Table) (reason string) {
	d := &s.made
	s.makeErr, s.size, s.field = "", 0, ""
	s.buildHeaders(c, d, t)
	if fields, ok := t.GetKey(keyFields).AsTable(); ok && s.makeErr == "" {
		if first := fields.Index(1); first.Kind() == lua.KindTable {
			s.buildList(c, d, fields)
		} else {
			fields.Each(func(k, v lua.Value) bool {
				c.Spend(1)
				name, ok := k.AsText()
				if !ok {
					s.makeErr = "field name must be a string"
				} else {
					s.buildField(c, d, name, v)
				}
				return s.makeErr == ""
			})
		}
	}
	switch s.makeErr {
	case "", tooLarge:
		return s.makeErr
	}
	return notEncoded + s.makeErr
}

// grow counts what the message takes in hekad's encoding, one byte of the limit being reserved.
func (s *script) grow(n int) bool {
	s.size += n
	if s.size >= s.mostOutput() {
		s.makeErr = tooLarge
		return false
	}
	return true
}

// lengthSize is how many bytes a length takes in protobuf.
func lengthSize(n int) int { return (bits.Len64(uint64(n)|1) + 6) / 7 }

// textSize is the size of an element of bytes whose tag takes one.
func textSize(n int) int { return 1 + lengthSize(n) + n }

// The keys of a message table.
var (
	keyUUID       = messageKey("Uuid")
	keyTimestamp  = messageKey("Timestamp")
	keyType       = messageKey("Type")
	keyLogger     = messageKey("Logger")
	keyPayload    = messageKey("Payload")
	keyEnvVersion = messageKey("EnvVersion")
	keyHostname   = messageKey("Hostname")
	keySeverity   = messageKey("Severity")
	keyPid        = messageKey("Pid")
	keyFields     = messageKey("Fields")
)

func messageKey(name string) *lua.Key {
	k := lua.NewKey(lua.String(name))
	return &k
}

func (s *script) buildHeaders(c *lua.Call, d *message.Draft, t *lua.Table) {
	if id := t.GetKey(keyUUID).Text(); len(id) == 16 {
		d.SetUUID([16]byte([]byte(id)))
	}
	if ns, ok := c.ToNumber(t.GetKey(keyTimestamp)); ok {
		d.SetTimestamp(int64(lua.Truncate(ns)))
	} else {
		d.SetTimestamp(s.clock().Unix() * 1e9)
	}
	s.grow(18 + 1 + lengthSize(int(d.Timestamp))) // a varint is as long as one of a length
	d.Type = s.header(t, keyType, hasType)
	d.Logger = s.header(t, keyLogger, hasLogger)
	d.Payload = s.header(t, keyPayload, 0)
	d.EnvVersion = s.header(t, keyEnvVersion, 0)
	d.Hostname = s.header(t, keyHostname, hasHostname)
	if f, ok := c.ToNumber(t.GetKey(keySeverity)); ok {
		d.SetSeverity(int32(lua.Truncate(f)))
		s.grow(1 + lengthSize(int(uint32(d.Severity))))
	}
	if f, ok := c.ToNumber(t.GetKey(keyPid)); ok {
		d.SetPid(int32(lua.Truncate(f)))
		s.grow(1 + lengthSize(int(uint32(d.Pid))))
	}
}

func (s *script) header(t *lua.Table, key *lua.Key, bit headers) string {
	text, ok := t.GetKey(key).AsText()
	if ok {
		s.given |= bit
		s.grow(textSize(len(text)))
	}
	return text
}

// identify gives what was made of a table the uuid that it lacks: a random one, as RFC 9562 has it.
func (s *script) identify() {
	if d := &s.made; !d.HasUUID && s.encoded == "" {
		d.SetUUID(randomUUID())
	}
}

func randomUUID() (u [16]byte) {
	a, b := rand.Uint64(), rand.Uint64()
	for i := range 8 {
		u[i], u[8+i] = byte(a>>(8*i)), byte(b>>(8*i))
	}
	u[6], u[8] = u[6]&0x0f|0x40, u[8]&0x3f|0x80
	return u
}

// buildList takes the array form of Fields: {{name=, value=, …}, …}.
func (s *script) buildList(c *lua.Call, d *message.Draft, fields *lua.Table) {
	for i := 1; s.makeErr == ""; i++ {
		c.Spend(1)
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
		s.buildObject(c, d, name, f)
	}
}

// maxNested is how deep the object forms of one field may nest.
const maxNested = 100

// buildObject takes the object form of a field: {value=, value_type=, representation=}.
func (s *script) buildObject(c *lua.Call, d *message.Draft, name string, f *lua.Table) {
	for range maxNested {
		c.Spend(1)
		value := f.Get("value")
		t, isTable := value.AsTable()
		if isTable && t.Index(1).IsNil() { // an object in an object counts alone
			f = t
			continue
		}
		typ := -1
		if n, ok := c.ToNumber(f.Get("value_type")); ok {
			typ = lua.Truncate(n)
		}
		representation, represented := f.Get("representation").AsText()
		s.buildValues(c, d, field{name, representation, represented, typ}, value)
		return
	}
	s.makeErr = fmt.Sprintf("excessive nesting (%d)", maxNested+1)
}

func (s *script) buildField(c *lua.Call, d *message.Draft, name string, v lua.Value) {
	if t, ok := v.AsTable(); ok && t.Index(1).IsNil() {
		s.buildObject(c, d, name, t)
		return
	}
	s.buildValues(c, d, field{name: name, typ: -1}, v)
}

// field is what stands around the values of a field. typ is -1 for the natural type.
type field struct {
	name, representation string
	represented          bool
	typ                  int
}

// buildValues adds a field of one value or of an array.
func (s *script) buildValues(c *lua.Call, d *message.Draft, f field, v lua.Value) {
	start := s.size
	s.field = f.name
	s.grow(textSize(len(f.name)))
	if f.represented {
		s.grow(textSize(len(f.representation)))
	}
	if t, ok := v.AsTable(); ok {
		s.buildArray(c, d, f, t)
	} else if value, ok := s.convert(c, v, f.typ); ok {
		d.Add(f.name, f.representation, value)
		if value.Type() != message.TypeString {
			s.grow(2) // the type is left out for a string
		}
	}
	s.grow(1 + lengthSize(s.size-start))
}

func (s *script) buildArray(c *lua.Call, d *message.Draft, f field, t *lua.Table) {
	kind := t.Index(1).Kind()
	if kind != lua.KindNumber && kind != lua.KindString && kind != lua.KindBool {
		s.makeErr = "unsupported array type: " + kind.String()
		return
	}
	start := s.size
	s.values = s.values[:0]
	t.Each(func(_, v lua.Value) bool {
		if v.Kind() != kind {
			s.makeErr = "array has mixed types"
			return false
		}
		value, ok := s.convert(c, v, f.typ)
		s.values = append(s.values, value)
		return ok
	})
	c.Spend(len(s.values))
	if s.makeErr != "" {
		return
	}
	if s.values[0].Type() != message.TypeString {
		s.grow(2)
	}
	if n := len(s.values); n > 1 && s.values[0].Type() > message.TypeBytes {
		s.grow(1 + lengthSize(s.size-start-n) - n) // packed: one tag for all
	}
	d.AddList(f.name, f.representation, s.values...)
}

// convert makes a field's value of a Lua one.
func (s *script) convert(c *lua.Call, v lua.Value, typ int) (value message.Value, ok bool) {
	switch kind := v.Kind(); kind {
	case lua.KindString:
		switch typ {
		case -1, int(message.TypeString):
			return message.StringValue(v.Text()), s.grow(textSize(len(v.Text())))
		case int(message.TypeBytes):
			return message.BytesValue([]byte(v.Text())), s.grow(textSize(len(v.Text())))
		}
		s.makeErr = fmt.Sprintf("invalid string value_type: %d", typ)
	case lua.KindNumber:
		switch typ {
		case -1, int(message.TypeDouble):
			return message.FloatValue(v.Float()), s.grow(9)
		case int(message.TypeInteger):
			n := lua.Truncate(v.Float())
			return message.IntValue(int64(n)), s.grow(1 + lengthSize(n))
		}
		s.makeErr = fmt.Sprintf("invalid numeric value_type: %d", typ)
	case lua.KindBool:
		if typ == -1 || typ == int(message.TypeBool) {
			return message.BoolValue(v.Truth()), s.grow(2)
		}
		s.makeErr = fmt.Sprintf("invalid boolean value_type: %d", typ)
	case lua.KindUserdata:
		if o, ok := v.AsObject().(lua.Outputter); ok {
			text := o.AppendOutput(nil)
			c.Spend(len(text) >> 4)
			return message.BytesValue(text), s.grow(textSize(len(text)))
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

// mostOutput is what a payload or message must stay below, in bytes: one is reserved as in hekad. Without a
// limit of its own the output is bound by that of memory.
func (s *script) mostOutput() int {
	switch {
	case s.outputLimit > 0:
		return s.outputLimit
	case s.memoryLimit > 0:
		return s.memoryLimit
	}
	return math.MaxInt
}

// roomFor tells whether n more bytes fit in the payload.
func (s *script) roomFor(n int) bool { return len(s.payload)+n < s.mostOutput() }
