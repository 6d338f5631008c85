package scribble

import (
	"lma_collector/collector/message"
	"lma_collector/collector/plugin"
)

var _ plugin.Decoder = (*Decoder)(nil)

// Decoder sets headers and adds fields. Fields come in the order of their names.
type Decoder struct {
	headers []func(*message.Draft)
	fields  []textField
}

type textField struct{ name, representation, value string }

// Decode never fails.
func (s *Decoder) Decode(d *message.Draft, out plugin.Emitter) error {
	for _, set := range s.headers {
		set(d)
	}
	for i := range s.fields {
		f := &s.fields[i]
		d.Add(f.name, f.representation, message.StringValue(f.value))
	}
	out.Emit(d)
	return nil
}
