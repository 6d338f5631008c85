package sandbox

import (
	"lma_collector/collector/message"
	"lma_collector/collector/sandbox/lua"
)

// readConfig is read_config(name): a value of the section's config table.
func (s *script) readConfig(c *lua.Call) {
	if c.Len() != 1 {
		c.Raise("read_config() must have a single argument")
	}
	name := lua.CheckText(c, 1, "read_config")
	c.Spend(len(name) / 64)
	switch v := s.config[name].(type) {
	case string:
		c.PushText(v)
	case bool:
		c.PushBool(v)
	case int64:
		c.PushNumber(float64(v))
	case int:
		c.PushNumber(float64(v))
	case float64:
		c.PushNumber(v)
	default:
		c.PushNil()
	}
}

// readMessage is read_message(name [, field index [, array index]]). It costs more than an instruction only
// where a message is large, since a field must be looked for.
func (s *script) readMessage(c *lua.Call) {
	n := c.Len()
	if n < 1 || n > 3 {
		c.Raise("read_message() incorrect number of arguments")
	}
	name := lua.CheckText(c, 1, "read_message")
	nth, element := 0, 0
	if n > 1 {
		nth = index(c, 2, "read_message", "field", 0)
		element = index(c, 3, "read_message", "array", 0)
	}
	switch {
	case s.draft != nil:
		c.Spend(s.draft.FieldCount() >> 4)
		s.pushFromDraft(c, name, nth, element)
	case s.msg != nil:
		s.pushFromMessage(c, name, nth, element)
	default:
		c.PushNil()
	}
}

// elementsPerInstruction are the elements of a field that are passed over at the cost of an instruction.
const elementsPerInstruction = 4

// lookUp is what looking for a field of a message costs in instructions: the others are passed over.
func lookUp(m *message.Message) int {
	const free, each = 512, 128 // bytes
	if n := len(m.Bytes()) - len(m.Payload()); n > free {
		return n / each
	}
	return 0
}

// index is an optional argument that counts from 0: the number of a field or of an element.
func index(c *lua.Call, i int, function, what string, missing int) int {
	if c.Kind(i) <= lua.KindNil {
		return missing
	}
	n := lua.CheckInt(c, i, function)
	if n < 0 {
		lua.BadArgument(c, i, function, what+" index must be >= 0")
	}
	return n
}

// fieldVariable is the name in Fields[name].
func fieldVariable(variable string) (name string, ok bool) {
	if len(variable) > 7 && variable[:7] == "Fields[" && variable[len(variable)-1] == ']' {
		return variable[7 : len(variable)-1], true
	}
	return "", false
}

func (s *script) pushFromMessage(c *lua.Call, variable string, nth, element int) {
	m := s.msg
	if name, ok := fieldVariable(variable); ok {
		c.Spend(lookUp(m) + min(element, len(m.Bytes()))/elementsPerInstruction)
		if f, found := m.Field(name, nth); found {
			if v, ok := f.Value(element); ok {
				pushValue(c, v)
				return
			}
		}
		c.PushNil()
		return
	}
	switch variable {
	case "Type":
		c.PushView(m.Type())
	case "Logger":
		c.PushView(m.Logger())
	case "Payload":
		pushLong(c, m.Payload())
	case "EnvVersion":
		c.PushView(m.EnvVersion())
	case "Hostname":
		c.PushView(m.Hostname())
	case "Uuid":
		pushUUID(c, m.UUID())
	case "Timestamp":
		pushNumber(c, float64(m.Timestamp()), m.HasTimestamp())
	case "Severity":
		pushNumber(c, float64(m.Severity()), m.HasSeverity())
	case "Pid":
		pushNumber(c, float64(m.Pid()), m.HasPid())
	case "raw":
		pushBytes(c, m.Bytes())
	default:
		c.PushNil()
	}
}

func (s *script) pushFromDraft(c *lua.Call, variable string, nth, element int) {
	d := s.draft
	if name, ok := fieldVariable(variable); ok {
		if i := d.FindField(name, nth); i >= 0 {
			if _, _, _, vs := d.FieldValues(i); element < len(vs) {
				pushValue(c, vs[element])
				return
			}
		}
		c.PushNil()
		return
	}
	switch variable {
	case "Type":
		c.PushView(d.Type)
	case "Logger":
		c.PushView(d.Logger)
	case "Payload":
		pushLong(c, d.Payload)
	case "EnvVersion":
		c.PushView(d.EnvVersion)
	case "Hostname":
		c.PushView(d.Hostname)
	case "Uuid":
		if d.HasUUID {
			pushUUID(c, d.UUID[:])
		} else {
			c.PushText("")
		}
	case "Timestamp":
		pushNumber(c, float64(d.Timestamp), d.HasTimestamp)
	case "Severity":
		pushNumber(c, float64(d.Severity), d.HasSeverity)
	case "Pid":
		pushNumber(c, float64(d.Pid), d.HasPid)
	case "raw":
		s.pushRaw(c)
	default:
		c.PushNil()
	}
}

// pushRaw is the record's encoding in a decoder; an encoder's is that of the message it was given.
func (s *script) pushRaw(c *lua.Call) {
	if s.msg != nil {
		pushBytes(c, s.msg.Bytes())
		return
	}
	pushBytes(c, s.draft.Raw)
}

func pushBytes(c *lua.Call, b []byte) {
	if len(b) == 0 {
		c.PushNil()
		return
	}
	pushLong(c, message.View(b))
}

// pushLong is PushView for what may be long: copying it is work then.
func pushLong(c *lua.Call, s string) {
	const short = 4 << 10
	if len(s) > short {
		c.Spend(len(s) >> 6)
	}
	c.PushView(s)
}

func pushNumber(c *lua.Call, f float64, set bool) {
	if set {
		c.PushNumber(f)
	} else {
		c.PushNil()
	}
}

func pushUUID(c *lua.Call, uuid []byte) {
	var text [36]byte
	c.PushView(message.View(message.AppendUUID(text[:0], uuid)))
}

func pushValue(c *lua.Call, v message.Value) {
	switch v.Type() {
	case message.TypeString:
		pushLong(c, v.Text())
	case message.TypeBytes:
		if v.Text() == "" {
			c.PushNil()
		} else {
			pushLong(c, v.Text())
		}
	case message.TypeInteger:
		c.PushNumber(float64(v.Int()))
	case message.TypeDouble:
		c.PushNumber(v.Float())
	case message.TypeBool:
		c.PushBool(v.Bool())
	default:
		c.PushNil()
	}
}

// readNextField is read_next_field(): the fields one after the other, then nils.
func (s *script) readNextField(c *lua.Call) {
	if c.Len() != 0 {
		c.Raise("read_next_field() takes no arguments")
	}
	if s.cursor < 0 {
		s.cursor, s.cursors = 0, s.cursors[:0]
		if s.draft == nil && s.msg != nil {
			for _, at := range s.msg.FieldNames {
				s.cursors = append(s.cursors, at)
			}
		}
	}
	i := s.cursor
	s.cursor++ // at the end it stays: a field that is written there comes next
	switch {
	case s.draft != nil && i < s.draft.FieldCount():
		name, representation, typ, vs := s.draft.FieldValues(i)
		var first message.Value
		if len(vs) > 0 {
			first = vs[0]
		}
		pushField(c, name, representation, typ, first, len(vs))
	case s.draft == nil && s.msg != nil && i < len(s.cursors):
		f := s.msg.FieldAt(s.cursors[i])
		first, _ := f.Value(0)
		pushField(c, f.Name, f.Representation, f.Type, first, f.Len())
	default:
		s.cursor = i
		for range 5 {
			c.PushNil()
		}
	}
}

func pushField(c *lua.Call, name, representation string, typ message.ValueType, first message.Value, n int) {
	c.PushNumber(float64(typ))
	c.PushView(name)
	if n > 0 {
		pushValue(c, first)
	} else {
		c.PushNil()
	}
	c.PushView(representation)
	c.PushNumber(float64(n))
}
