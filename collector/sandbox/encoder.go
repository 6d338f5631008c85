package sandbox

import (
	"fmt"

	"lma_collector/collector/message"
	"lma_collector/collector/plugin"
)

// EncoderConfig is the configuration of a SandboxEncoder.
type EncoderConfig struct {
	Options
}

// NewEncoder runs the script's top level.
func (c *EncoderConfig) NewEncoder(env *plugin.Env) (plugin.Encoder, error) {
	if err := c.check(env); err != nil {
		return nil, err
	}
	e := &Encoder{}
	e.reopener = reopener{options: &c.Options, env: env, kind: plugin.KindEncoder, host: e}
	if err := e.open(); err != nil {
		return nil, err
	}
	return e, nil
}

// Encoder is a SandboxEncoder. A script that fails fatally is started anew by the encoder itself.
type Encoder struct {
	reopener
	output   []byte // of the last injection
	injected bool
}

var (
	_ plugin.Encoder = (*Encoder)(nil)
	_ plugin.Closer  = (*Encoder)(nil)
	_ host           = (*Encoder)(nil)
)

// leaveOut is the status by which an encoder leaves a message out.
const leaveOut = -2

// Encode calls process_message and appends what it injected; without an injection, the message's
// encoding with what write_message changed.
func (e *Encoder) Encode(dst []byte, m *message.Message) ([]byte, error) {
	if err := e.ready(); err != nil {
		return dst, err
	}
	e.injected = false
	s := e.script
	s.msg, s.draft = m, nil
	status := s.process()
	changed := s.draft
	s.msg, s.draft = nil, nil
	switch {
	case status > 0:
		return dst, e.failed(fmt.Errorf("FATAL: %s", s.reason()))
	case status == leaveOut:
		return dst, nil
	case status < 0:
		//lint:ignore ST1005 hekad's text
		return dst, fmt.Errorf("Failed serializing: %s", s.lastError)
	}
	e.keeper.keep(s)
	switch {
	case e.injected:
		return append(dst, e.output...), nil
	case changed != nil:
		return changed.Encode(dst), nil
	}
	return append(dst, m.Bytes()...), nil
}

// injectMessage keeps an encoded message as it came.
func (e *Encoder) injectMessage(s *script) error {
	e.injected = true
	if s.encoded != "" {
		e.output = append(e.output[:0], s.encoded...)
		return nil
	}
	s.identify()
	e.output = s.made.Encode(e.output[:0])
	return nil
}

func (e *Encoder) injectPayload(_ *script, payload []byte, _, _ string) error {
	e.output, e.injected = append(e.output[:0], payload...), true
	return nil
}
