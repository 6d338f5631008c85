// Package protobuf is the ProtobufDecoder: records that are encoded messages, as a splitter with
// use_message_bytes delivers them.
package protobuf

import (
	"errors"

	"lma_collector/collector/message"
	"lma_collector/collector/plugin"
)

// Config has no options.
type Config struct{}

func init() {
	plugin.RegisterDecoder("ProtobufDecoder", func() plugin.DecoderConfig { return &Config{} })
}

// NewDecoder never fails.
func (c *Config) NewDecoder(*plugin.Env) (plugin.Decoder, error) { return Decoder{}, nil }

var _ plugin.RawDecoder = Decoder{}

// Decoder takes encoded messages in. It has no state.
type Decoder struct{}

var errEmpty = errors.New("empty record instead of an encoded message: use a splitter with use_message_bytes")

// DecodeRaw copies an encoded message into a batch. The error is a *message.DecodeError.
func (Decoder) DecodeRaw(b *message.Batch, record []byte, signer string) error {
	return b.AppendRaw(record, signer)
}

// Decode loads the draft from the encoded message that it holds, raw or as its payload.
func (Decoder) Decode(d *message.Draft, out plugin.Emitter) error {
	raw, signer, loops := d.Raw, d.Signer, d.Loops
	if raw == nil {
		raw = []byte(d.Payload)
	}
	if len(raw) == 0 {
		return errEmpty
	}
	m, err := message.Index(raw)
	if err != nil {
		return err
	}
	d.Load(&m)
	d.Signer, d.Loops = signer, loops
	out.Emit(d)
	return nil
}
