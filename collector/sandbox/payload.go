package sandbox

import (
	"slices"

	"lma_collector/collector/sandbox/lua"
)

// addToPayload is add_to_payload(value, …): it appends to the buffer that inject_payload takes.
func (s *script) addToPayload(c *lua.Call) {
	if c.Len() == 0 {
		lua.BadArgument(c, 0, "add_to_payload", "must have at least one argument")
	}
	s.appendArguments(c, 1, "add_to_payload")
}

// injectPayload is inject_payload([type [, name [, value …]]]).
func (s *script) injectPayload(c *lua.Call) {
	typ, name := "txt", ""
	if c.Kind(1) != lua.KindNone {
		if given := lua.CheckText(c, 1, "inject_payload"); given != "" {
			typ = given
		}
	}
	if c.Kind(2) != lua.KindNone {
		name = lua.CheckText(c, 2, "inject_payload")
	}
	s.appendArguments(c, 3, "inject_payload")
	if len(s.payload) == 0 {
		return
	}
	payload := s.payload
	s.payload = s.payload[:0]
	c.Spend((len(payload) + len(typ) + len(name)) >> 4)
	if err := s.host.injectPayload(s, payload, typ, name); err != nil {
		c.Raise("inject_payload() " + err.Error())
	}
	s.usage.injected.Add(1)
}

// keptPayload is how much memory a payload keeps when what was too large for it is gone.
const keptPayload = 64 << 10

// appendArguments appends values as text. What does not fit is left out, what came before it stays.
func (s *script) appendArguments(c *lua.Call, from int, function string) {
	for i := from; i <= c.Len(); i++ {
		before := len(s.payload)
		switch c.Kind(i) {
		case lua.KindString:
			text, _ := c.Text(i)
			if !s.roomFor(len(text)) {
				c.Raise(tooLarge)
			}
			s.payload = append(s.payload, text...)
		case lua.KindNumber:
			f, _ := c.Number(i)
			s.payload = lua.AppendOutput(s.payload, f)
		case lua.KindNil:
			s.payload = append(s.payload, "nil"...)
		case lua.KindBool:
			if c.Truth(i) {
				s.payload = append(s.payload, "true"...)
			} else {
				s.payload = append(s.payload, "false"...)
			}
		case lua.KindUserdata:
			o, ok := c.Object(i).(lua.Outputter)
			if !ok {
				lua.BadArgument(c, i, function, "unknown userdata type")
			}
			s.payload = o.AppendOutput(s.payload)
			c.Spend((len(s.payload) - before) >> 4) // it was computed
		default:
			lua.BadArgument(c, i, function, "unsupported type")
		}
		c.Spend((len(s.payload) - before) >> 4)
		if !s.roomFor(0) {
			if s.payload = s.payload[:before]; cap(s.payload)/2 > max(s.mostOutput(), keptPayload) {
				s.payload = slices.Clone(s.payload)
				c.Spend(before >> 4)
			}
			c.Raise(tooLarge)
		}
	}
	s.usage.output(len(s.payload))
}
