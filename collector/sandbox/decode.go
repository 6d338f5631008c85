package sandbox

import (
	"fmt"

	"lma_collector/collector/message"
	"lma_collector/collector/sandbox/lua"
)

// decodeMessage is decode_message(encoded message): the table form that inject_message takes.
func decodeMessage(c lua.Call) {
	if c.Len() != 1 || c.Kind(1) != lua.KindString {
		lua.BadArgument(c, 0, "decode_message", "must have one string argument")
	}
	text, _ := c.Text(1)
	if len(text) < 20 {
		c.Raise("invalid message, too short")
	}
	m, err := message.Index([]byte(text))
	if err != nil {
		c.Raise(err.Error())
	}
	if len(m.UUID()) == 0 || !m.HasTimestamp() {
		c.Raise(fmt.Sprintf("missing required field uuid: %s timestamp: %s", found(len(m.UUID()) > 0), found(m.HasTimestamp())))
	}
	c.Push(messageTable(c.Interp(), &m).Value())
}

func found(yes bool) string {
	if yes {
		return "found"
	}
	return "not found"
}

func messageTable(in lua.Interp, m *message.Message) lua.Table {
	t := in.NewTable(0, 10)
	text := func(name, s string) {
		if s != "" {
			t.Set(name, lua.String(s))
		}
	}
	text("Uuid", message.View(m.UUID()))
	t.Set("Timestamp", lua.Number(float64(m.Timestamp())))
	text("Type", m.Type())
	text("Logger", m.Logger())
	text("Payload", m.Payload())
	text("EnvVersion", m.EnvVersion())
	text("Hostname", m.Hostname())
	if m.HasSeverity() {
		t.Set("Severity", lua.Number(float64(m.Severity())))
	}
	if m.HasPid() {
		t.Set("Pid", lua.Number(float64(m.Pid())))
	}
	n := 0
	var fields lua.Table
	for f := range m.Fields {
		if n++; n == 1 {
			fields = in.NewTable(8, 0)
			t.Set("Fields", fields.Value())
		}
		fields.SetIndex(n, fieldTable(in, f).Value())
	}
	return t
}

func fieldTable(in lua.Interp, f message.Field) lua.Table {
	t := in.NewTable(0, 4)
	t.Set("name", lua.String(f.Name))
	t.Set("value_type", lua.Number(float64(f.Type)))
	if f.Representation != "" {
		t.Set("representation", lua.String(f.Representation))
	}
	values := in.NewTable(1, 0)
	n := 0
	for v := range f.Values {
		n++
		values.SetIndex(n, luaValue(v))
	}
	t.Set("value", values.Value())
	return t
}

func luaValue(v message.Value) lua.Value {
	switch v.Type() {
	case message.TypeInteger:
		return lua.Number(float64(v.Int()))
	case message.TypeDouble:
		return lua.Number(v.Float())
	case message.TypeBool:
		return lua.Bool(v.Bool())
	}
	return lua.String(v.Text())
}
