// Package protobuf is the ProtobufEncoder: a message's own encoding.
package protobuf

import (
	"lma_collector/collector/message"
	"lma_collector/collector/plugin"
)

// Config has no options.
type Config struct{}

// Encoder is the plugin.
type Encoder struct{}

var (
	_ plugin.EncoderConfig = (*Config)(nil)
	_ plugin.RawEncoder    = Encoder{}
)

func init() {
	plugin.RegisterEncoder("ProtobufEncoder", func() plugin.EncoderConfig { return &Config{} })
}

// NewEncoder makes an Encoder.
func (*Config) NewEncoder(*plugin.Env) (plugin.Encoder, error) { return Encoder{}, nil }

// Encode appends a copy of the message's encoding.
func (Encoder) Encode(dst []byte, m *message.Message) ([]byte, error) {
	return append(dst, m.Bytes()...), nil
}

// Raw is the message's encoding itself.
func (Encoder) Raw(m *message.Message) []byte { return m.Bytes() }
