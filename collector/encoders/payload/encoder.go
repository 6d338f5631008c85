package payload

import (
	"time"

	"lma_collector/collector/message"
	"lma_collector/collector/plugin"
	"lma_collector/collector/strftime"
)

// Encoder is the plugin. One goroutine uses it.
type Encoder struct {
	newline     bool
	fromMessage bool
	stamp       *strftime.Format // nil for no time
	now         func() time.Time
}

var _ plugin.Encoder = (*Encoder)(nil)

// Encode appends the payload.
func (e *Encoder) Encode(dst []byte, m *message.Message) ([]byte, error) {
	if e.stamp != nil {
		ns := m.Timestamp()
		if !e.fromMessage {
			ns = e.now().UnixNano()
		}
		dst = e.stamp.Append(dst, ns)
	}
	dst = append(dst, m.Payload()...)
	if e.newline {
		dst = append(dst, '\n')
	}
	return dst, nil
}
