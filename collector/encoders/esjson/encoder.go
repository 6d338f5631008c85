package esjson

import (
	"strconv"
	"strings"
	"time"

	"lma_collector/collector/interpolate"
	"lma_collector/collector/message"
	"lma_collector/collector/plugin"
	"lma_collector/collector/strftime"
)

// Encoder is the plugin. One goroutine uses it.
type Encoder struct {
	action        string // the action line up to the index's name
	index         *interpolate.Template
	typeName, id  *interpolate.Template // nil for none
	uuidID        bool                  // the uuid is the _id where id gives none
	fromTimestamp bool
	now           func() time.Time

	timestamp *strftime.Format
	parts     []docPart

	keys       keys
	field      message.Field
	uuid       []byte                     // text of the message's
	scratch    []byte                     // a name being filled in
	coordinate struct{ typ, text []byte } // a message's type, and the action line up to the index's name for it
}

var _ plugin.Encoder = (*Encoder)(nil)

// docPart is one part of the document: a header with its key, or the dynamic fields. What the message
// before had is remembered, since many have the same.
type docPart struct {
	id     partID
	key    string // `"Name":`, escaped
	number int64
	last   []byte // text
	known  []byte // key and value, with a comma
}

func (e *Encoder) add(id partID, key string) {
	p := docPart{id: id}
	if id != dynamicFields {
		p.key = string(append(appendString(nil, key), ':'))
		if e.keys.reserved == nil {
			e.keys.reserved = map[string]bool{}
		}
		e.keys.reserved[key] = true
	}
	e.parts = append(e.parts, p)
}

// Encode appends the action and the document, each a line.
func (e *Encoder) Encode(dst []byte, m *message.Message) ([]byte, error) {
	e.uuid = message.AppendUUID(e.uuid[:0], m.UUID())
	return e.appendDocument(e.appendAction(dst, m), m), nil
}

func (e *Encoder) appendAction(dst []byte, m *message.Message) []byte {
	ns := m.Timestamp()
	if e.index.Dated() && (!e.fromTimestamp || !m.HasTimestamp()) {
		ns = e.now().UnixNano()
	}
	if c := &e.coordinate; c.text == nil || string(c.typ) != m.Type() || !e.index.Same(ns) {
		e.scratch, _ = e.index.Append(e.scratch[:0], m, ns)
		c.typ = append(c.typ[:0], m.Type()...)
		c.text = appendCoordinate(append(c.text[:0], e.action...), lower(e.scratch))
	}
	dst = append(dst, e.coordinate.text...)
	if e.typeName != nil {
		e.scratch, _ = e.typeName.Append(e.scratch[:0], m, ns)
		dst = append(dst, `","_type":"`...)
		dst = appendCoordinate(dst, e.scratch)
	}
	dst = e.appendID(dst, m, ns)
	return append(dst, "\"}}\n"...)
}

// appendID appends the _id, if there is one.
func (e *Encoder) appendID(dst []byte, m *message.Message, ns int64) []byte {
	const id = `","_id":"`
	if e.id != nil {
		var missing string
		if e.scratch, missing = e.id.Append(e.scratch[:0], m, ns); missing == "" {
			if len(e.scratch) == 0 {
				return dst
			}
			return appendCoordinate(append(dst, id...), e.scratch)
		}
	}
	if !e.uuidID || len(e.uuid) == 0 {
		return dst
	}
	return append(append(dst, id...), e.uuid...)
}

// lower lower-cases a name, as servers demand of an index.
func lower(name []byte) []byte {
	for i, c := range name {
		if c >= 0x80 {
			return append(name[:0], strings.ToLower(string(name))...)
		}
		if c >= 'A' && c <= 'Z' {
			name[i] = c + 'a' - 'A'
		}
	}
	return name
}

func (e *Encoder) appendDocument(dst []byte, m *message.Message) []byte {
	dst = append(dst, '{')
	start := len(dst)
	for i := range e.parts {
		p := &e.parts[i]
		if p.id == dynamicFields {
			dst = e.appendFields(dst, m)
			continue
		}
		dst = e.appendHeader(dst, p, m)
	}
	if len(dst) > start {
		dst = dst[:len(dst)-1]
	}
	e.field = message.Field{} // lets go of the message
	return append(dst, "}\n"...)
}

func (e *Encoder) appendHeader(dst []byte, p *docPart, m *message.Message) []byte {
	switch p.id {
	case uuidPart:
		dst = append(append(dst, p.key...), '"')
		return append(append(dst, e.uuid...), `",`...)
	case timestampPart:
		if p.known != nil && e.timestamp.Same(m.Timestamp()) {
			return append(dst, p.known...)
		}
		e.scratch = e.timestamp.Append(e.scratch[:0], m.Timestamp())
		return p.appendText(dst, message.View(e.scratch))
	case typePart:
		return p.appendText(dst, m.Type())
	case loggerPart:
		return p.appendText(dst, m.Logger())
	case severityPart:
		return p.appendNumber(dst, int64(m.Severity()))
	case payloadPart:
		dst = append(append(dst, p.key...), '"')
		return append(appendText(dst, m.Payload()), `",`...)
	case envVersionPart:
		return p.appendText(dst, m.EnvVersion())
	case pidPart:
		return p.appendNumber(dst, int64(m.Pid()))
	}
	return p.appendText(dst, m.Hostname())
}

// maxKnown is the longest text in bytes that is remembered.
const maxKnown = 256

// appendText appends key, text and comma.
func (p *docPart) appendText(dst []byte, text string) []byte {
	if p.known == nil || string(p.last) != text {
		if len(text) > maxKnown {
			p.known = nil
			return append(appendString(append(dst, p.key...), text), ',')
		}
		p.last = append(p.last[:0], text...)
		p.known = append(appendString(append(p.known[:0], p.key...), text), ',')
	}
	return append(dst, p.known...)
}

// appendNumber appends key, number and comma.
func (p *docPart) appendNumber(dst []byte, n int64) []byte {
	if p.known == nil || p.number != n {
		p.number = n
		p.known = append(strconv.AppendInt(append(p.known[:0], p.key...), n, 10), ',')
	}
	return append(dst, p.known...)
}
