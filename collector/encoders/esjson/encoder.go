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
	only      map[string]bool // nil: all fields
	rawNames  map[string]bool

	keys    keys
	field   message.Field
	scratch []byte // a name being filled in
}

var _ plugin.Encoder = (*Encoder)(nil)

// docPart is one part of the document: a header with its key, or the dynamic fields.
type docPart struct {
	id  partID
	key string // `"Name":`, escaped
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
	return e.appendDocument(e.appendAction(dst, m), m), nil
}

func (e *Encoder) appendAction(dst []byte, m *message.Message) []byte {
	ns := m.Timestamp()
	if e.index.Dated() && (!e.fromTimestamp || !m.HasTimestamp()) {
		ns = e.now().UnixNano()
	}
	dst = append(dst, e.action...)
	e.scratch, _ = e.index.Append(e.scratch[:0], m, ns)
	e.scratch = lower(e.scratch)
	dst = appendCoordinate(dst, e.scratch)
	if e.typeName != nil {
		e.scratch, _ = e.typeName.Append(e.scratch[:0], m, ns)
		dst = append(dst, `","_type":"`...)
		dst = appendCoordinate(dst, e.scratch)
	}
	if id := e.documentID(m, ns); len(id) > 0 {
		dst = append(dst, `","_id":"`...)
		dst = appendCoordinate(dst, id)
	}
	return append(dst, "\"}}\n"...)
}

// documentID is the _id, empty for none. It is valid until scratch is used again.
func (e *Encoder) documentID(m *message.Message, ns int64) []byte {
	if e.id != nil {
		var missing string
		if e.scratch, missing = e.id.Append(e.scratch[:0], m, ns); missing == "" {
			return e.scratch
		}
	}
	if !e.uuidID {
		return nil
	}
	e.scratch = message.AppendUUID(e.scratch[:0], m.UUID())
	return e.scratch
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
		dst = append(dst, p.key...)
		dst = append(e.appendHeader(dst, p.id, m), ',')
	}
	if len(dst) > start {
		dst = dst[:len(dst)-1]
	}
	e.field = message.Field{} // lets go of the message
	return append(dst, "}\n"...)
}

func (e *Encoder) appendHeader(dst []byte, id partID, m *message.Message) []byte {
	switch id {
	case uuidPart:
		dst = append(dst, '"')
		return append(message.AppendUUID(dst, m.UUID()), '"')
	case timestampPart:
		e.scratch = e.timestamp.Append(e.scratch[:0], m.Timestamp())
		return appendString(dst, message.View(e.scratch))
	case typePart:
		return appendString(dst, m.Type())
	case loggerPart:
		return appendString(dst, m.Logger())
	case severityPart:
		return strconv.AppendInt(dst, int64(m.Severity()), 10)
	case payloadPart:
		return appendString(dst, m.Payload())
	case envVersionPart:
		return appendString(dst, m.EnvVersion())
	case pidPart:
		return strconv.AppendInt(dst, int64(m.Pid()), 10)
	}
	return appendString(dst, m.Hostname())
}
