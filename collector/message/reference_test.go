package message

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"strings"
)

// plainMessage is a message as a simple decoder that knows nothing of indexes reads it.
type plainMessage struct {
	uuid      string
	timestamp *int64
	severity  *int32
	pid       *int32
	texts     [5]*string
	fields    []plainValues
	unknown   int // bytes
}

type plainValues struct {
	name, representation string
	typ                  uint64
	values               []string
}

var errReference = errors.New("malformed")

type element struct {
	num, wire uint64
	number    uint64
	body      []byte
	size      int
}

// elements takes protobuf data apart.
func elements(b []byte) (list []element, err error) {
	for len(b) > 0 {
		tag, n := binary.Uvarint(b)
		if n <= 0 || tag>>3 == 0 || tag>>3 > 1<<29-1 {
			return nil, errReference
		}
		e := element{num: tag >> 3, wire: tag & 7}
		size, err := e.take(b[n:], 0)
		if err != nil {
			return nil, err
		}
		e.size = n + size
		list = append(list, e)
		b = b[e.size:]
	}
	return list, nil
}

func (e *element) take(b []byte, depth int) (int, error) {
	switch e.wire {
	case 0:
		v, n := binary.Uvarint(b)
		if n <= 0 {
			return 0, errReference
		}
		e.number = v
		return n, nil
	case 1, 5:
		size := map[uint64]int{1: 8, 5: 4}[e.wire]
		if len(b) < size {
			return 0, errReference
		}
		e.body = b[:size]
		return size, nil
	case 2:
		size, n := binary.Uvarint(b)
		if n <= 0 || size > uint64(len(b)-n) {
			return 0, errReference
		}
		e.body = b[n : n+int(size)]
		return n + int(size), nil
	case 3:
		return takeGroup(b, depth)
	}
	return 0, errReference
}

func takeGroup(b []byte, depth int) (size int, err error) {
	for depth <= 8 {
		tag, n := binary.Uvarint(b[size:])
		if n <= 0 {
			return 0, errReference
		}
		size += n
		if tag&7 == 4 {
			return size, nil
		}
		inner := element{wire: tag & 7}
		n, err := inner.take(b[size:], depth+1)
		if err != nil {
			return 0, err
		}
		size += n
	}
	return 0, errReference
}

func decodeReference(raw []byte) (m plainMessage, err error) {
	list, err := elements(raw)
	if err != nil {
		return m, err
	}
	for _, e := range list {
		wire, known := map[uint64]uint64{1: 2, 2: 0, 3: 2, 4: 2, 5: 0, 6: 2, 7: 2, 8: 0, 9: 2, 10: 2}[e.num]
		if known && e.wire != wire {
			return m, errReference
		}
		switch e.num {
		case tagUUID:
			m.uuid = string(e.body)
		case tagTimestamp:
			v := int64(e.number)
			m.timestamp = &v
		case tagSeverity, tagPid:
			v := int32(e.number)
			if e.num == tagPid {
				m.pid = &v
			} else {
				m.severity = &v
			}
		case tagField:
			f, err := fieldReference(e.body)
			if err != nil {
				return m, err
			}
			m.fields = append(m.fields, f)
		default:
			i := strings.IndexByte("\x03\x04\x06\x07\x09", byte(min(e.num, 255)))
			if i < 0 {
				m.unknown += e.size
				continue
			}
			text := string(e.body)
			m.texts[i] = &text
		}
	}
	return m, nil
}

func fieldReference(raw []byte) (f plainValues, err error) {
	list, err := elements(raw)
	if err != nil {
		return f, err
	}
	for _, e := range list {
		wires, known := map[uint64]string{1: "2", 2: "0", 3: "2", 4: "2", 5: "2", 6: "02", 7: "12", 8: "02"}[e.num]
		if known && !strings.Contains(wires, fmt.Sprint(e.wire)) {
			return f, errReference
		}
		switch e.num {
		case fieldName:
			f.name = string(e.body)
		case fieldType:
			f.typ = e.number
		case fieldRepresentation:
			f.representation = string(e.body)
		}
		if _, err := numbersReference(e); err != nil && e.num >= fieldInteger && e.num <= fieldBool {
			return f, err
		}
	}
	for _, e := range list {
		if e.num != f.typ+fieldString || f.typ > uint64(TypeBool) {
			continue
		}
		if e.num <= fieldBytes {
			f.values = append(f.values, string(e.body))
			continue
		}
		values, _ := numbersReference(e)
		f.values = append(f.values, values...)
	}
	return f, nil
}

// numbersReference gives numbers as text: doubles by their bits.
func numbersReference(e element) (values []string, err error) {
	if e.wire == 0 {
		return []string{fmt.Sprint(e.number)}, nil
	}
	for b := e.body; len(b) > 0; {
		n := 8
		var v uint64
		if e.num == fieldDouble {
			if len(b) < 8 {
				return nil, errReference
			}
			v = binary.LittleEndian.Uint64(b)
		} else if v, n = binary.Uvarint(b); n <= 0 {
			return nil, errReference
		}
		values = append(values, fmt.Sprint(v))
		b = b[n:]
	}
	return values, nil
}

// text writes everything down, for comparison.
func (m *plainMessage) text() string {
	var b strings.Builder
	fmt.Fprintf(&b, "uuid %x", m.uuid)
	if m.timestamp != nil {
		fmt.Fprintf(&b, " timestamp %d", *m.timestamp)
	}
	if m.severity != nil {
		fmt.Fprintf(&b, " severity %d", *m.severity)
	}
	if m.pid != nil {
		fmt.Fprintf(&b, " pid %d", *m.pid)
	}
	for i, text := range m.texts {
		if text != nil {
			fmt.Fprintf(&b, " text%d %q", i, *text)
		}
	}
	for _, f := range m.fields {
		fmt.Fprintf(&b, "\n%q %q %d %q", f.name, f.representation, min(f.typ, 127), f.values)
	}
	return b.String()
}

// contentOf writes a Message down the same way, through its accessors.
func contentOf(m *Message) string {
	p := plainMessage{uuid: string(m.UUID())}
	if m.HasTimestamp() {
		v := m.Timestamp()
		p.timestamp = &v
	}
	if m.HasSeverity() {
		v := m.Severity()
		p.severity = &v
	}
	if m.HasPid() {
		v := m.Pid()
		p.pid = &v
	}
	for i, header := range [...]struct {
		at   span
		text string
	}{{m.typ, m.Type()}, {m.logger, m.Logger()}, {m.payload, m.Payload()}, {m.envVersion, m.EnvVersion()}, {m.hostname, m.Hostname()}} {
		if header.at.end > 0 {
			p.texts[i] = &header.text
		}
	}
	for f := range m.Fields {
		p.fields = append(p.fields, plainOf(f))
	}
	return p.text()
}

func plainOf(f Field) plainValues {
	p := plainValues{name: f.Name, representation: f.Representation, typ: uint64(f.Type)}
	for v := range f.Values {
		switch {
		case v.Type() <= TypeBytes:
			p.values = append(p.values, v.Text())
		case v.Type() == TypeDouble:
			p.values = append(p.values, fmt.Sprint(math.Float64bits(v.Float())))
		default:
			p.values = append(p.values, fmt.Sprint(uint64(v.Int())))
		}
	}
	return p
}
