package message

import (
	"fmt"
	"math"
)

// maxEncoding is the largest encoding in bytes, as hekad's own library had it.
const maxEncoding = math.MaxInt32

// maxNumber is the largest number of a protobuf field.
const maxNumber = 1<<29 - 1

// DecodeError tells where an encoding is malformed.
type DecodeError struct {
	Offset int // in bytes from the start of the message
	Reason string
}

func (e *DecodeError) Error() string {
	return fmt.Sprintf("malformed message: %s at byte %d", e.Reason, e.Offset)
}

// Index makes a Message of its encoding, which it keeps and never changes. The error is a *DecodeError.
func Index(raw []byte) (Message, error) {
	var m Message
	err := m.index(raw)
	return m, err
}

// index fills m, which is zero.
func (m *Message) index(raw []byte) error {
	m.raw, m.severity, m.fields = raw, DefaultSeverity, uint32(len(raw))
	if len(raw) > maxEncoding {
		return &DecodeError{0, "larger than 2 GiB"}
	}
	m.set = isPlain
	for i := m.indexHeaders(raw); i < len(raw); {
		end := 0
		if raw[i] == tagField<<3|2 {
			if end = plainFields(raw, i); end > i {
				m.fields = min(m.fields, uint32(i))
			}
		}
		if end > i {
			i = end
			continue
		}
		next, err := m.indexTag(i)
		if err != nil {
			return err
		}
		i = next
	}
	return nil
}

// indexHeaders notes the headers that raw begins with and gives the offset behind them. It stops at
// whatever is not a header, is longer than 16 KiB, or lies near the end.
func (m *Message) indexHeaders(raw []byte) (i int) {
	for i+12 <= len(raw) {
		tag := raw[i]
		if tag&7 == 0 {
			v, n := varint(raw, i+1)
			if n == 0 || !m.setNumber(tag, v) {
				return i
			}
			i += 1 + n
			continue
		}
		size, start := int(raw[i+1]), i+2
		if size >= 0x80 {
			if raw[i+2] >= 0x80 {
				return i
			}
			size, start = size&0x7f|int(raw[i+2])<<7, i+3
		}
		end := start + size
		if end > len(raw) || !m.setText(tag, span{uint32(start), uint32(end)}) {
			return i
		}
		i = end
	}
	return i
}

// setNumber notes a number header; it is false for other tags.
func (m *Message) setNumber(tag byte, v uint64) bool {
	switch tag {
	case tagTimestamp << 3:
		m.timestamp, m.set = int64(v), m.set|hasTimestamp
	case tagSeverity << 3:
		m.severity, m.set = int32(v), m.set|hasSeverity
	case tagPid << 3:
		m.pid, m.set = int32(v), m.set|hasPid
	default:
		return false
	}
	return true
}

// setText notes a text header; it is false for other tags.
func (m *Message) setText(tag byte, at span) bool {
	switch tag {
	case tagUUID<<3 | 2:
		m.uuid = at
	case tagType<<3 | 2:
		m.typ = at
	case tagLogger<<3 | 2:
		m.logger = at
	case tagPayload<<3 | 2:
		m.payload = at
	case tagEnvVersion<<3 | 2:
		m.envVersion = at
	case tagHostname<<3 | 2:
		m.hostname = at
	default:
		return false
	}
	return true
}

// indexTag notes the header or field that starts at i and gives the offset behind it.
func (m *Message) indexTag(i int) (int, error) {
	tag, n := varint(m.raw, i)
	if n == 0 || tag>>3 == 0 || tag>>3 > maxNumber {
		return 0, &DecodeError{i, "bad tag"}
	}
	body := i + n
	num, wire := int(tag>>3), int(tag&7)
	if int(m.fields) < i || num >= tagField {
		m.set &^= isPlain
	}
	switch wire {
	case 0:
		return m.indexNumber(i, body, num)
	case 2:
		size, n := varint(m.raw, body)
		start := body + n
		if n == 0 || size > uint64(len(m.raw)-start) {
			return 0, &DecodeError{i, "length beyond the end"}
		}
		end := start + int(size)
		return end, m.indexBytes(i, num, start, end)
	}
	if num <= tagField {
		return 0, wrongType(i, num)
	}
	end := skip(m.raw, body, wire, 0)
	if end < 0 {
		return 0, &DecodeError{i, "cut or unknown element"}
	}
	return end, nil
}

func wrongType(i, num int) error {
	return &DecodeError{i, fmt.Sprintf("wrong wire type of element %d", num)}
}

func (m *Message) indexNumber(i, body, num int) (int, error) {
	v, n := varint(m.raw, body)
	if n == 0 {
		return 0, &DecodeError{i, "cut number"}
	}
	switch num {
	case tagTimestamp:
		m.timestamp, m.set = int64(v), m.set|hasTimestamp
	case tagSeverity:
		m.severity, m.set = int32(v), m.set|hasSeverity
	case tagPid:
		m.pid, m.set = int32(v), m.set|hasPid
	case tagUUID, tagType, tagLogger, tagPayload, tagEnvVersion, tagHostname, tagField:
		return 0, wrongType(i, num)
	}
	return body + n, nil
}

func (m *Message) indexBytes(i, num, start, end int) error {
	s := span{uint32(start), uint32(end)}
	switch num {
	case tagUUID:
		m.uuid = s
	case tagType:
		m.typ = s
	case tagLogger:
		m.logger = s
	case tagPayload:
		m.payload = s
	case tagEnvVersion:
		m.envVersion = s
	case tagHostname:
		m.hostname = s
	case tagField:
		m.fields = min(m.fields, uint32(i))
		if at, reason := checkField(m.raw[start:end]); reason != "" {
			return &DecodeError{start + at, reason}
		}
	case tagTimestamp, tagSeverity, tagPid:
		return wrongType(i, num)
	}
	return nil
}

// skip gives the offset behind an element of the given wire type, or -1.
func skip(raw []byte, i, wire, depth int) int {
	switch wire {
	case 0:
		_, n := varint(raw, i)
		if n == 0 {
			return -1
		}
		return i + n
	case 1:
		i += 8
	case 2:
		size, n := varint(raw, i)
		if n == 0 || size > uint64(len(raw)-i-n) {
			return -1
		}
		return i + n + int(size)
	case 3:
		return skipGroup(raw, i, depth)
	case 5:
		i += 4
	default:
		return -1
	}
	if i > len(raw) {
		return -1
	}
	return i
}

// skipGroup passes over a proto2 group, which only foreign extensions could contain.
func skipGroup(raw []byte, i, depth int) int {
	if depth > 8 {
		return -1
	}
	for {
		tag, n := varint(raw, i)
		if n == 0 {
			return -1
		}
		i += n
		if tag&7 == 4 {
			return i
		}
		if i = skip(raw, i, int(tag&7), depth+1); i < 0 {
			return -1
		}
	}
}
