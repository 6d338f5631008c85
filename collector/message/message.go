// Package message holds the unit of everything that flows through the collector: the immutable
// Message, the Draft in which decoders and filters make one, batches of messages in recycled
// memory, hekad's stream framing and the JSON form of the command line.
//
// A Message is hekad's protobuf encoding with an index of its headers. Fields are found by
// walking the encoding, so there is no state to share: any number of goroutines may read one.
package message

import (
	"fmt"
	"math"
)

// Numbers of the protobuf fields of a message.
const (
	tagUUID       = 1
	tagTimestamp  = 2
	tagType       = 3
	tagLogger     = 4
	tagSeverity   = 5
	tagPayload    = 6
	tagEnvVersion = 7
	tagPid        = 8
	tagHostname   = 9
	tagField      = 10
)

// DefaultSeverity is the severity of a message that has none (syslog's debug).
const DefaultSeverity = 7

// Headers that have been set, as bits.
const (
	hasTimestamp = 1 << iota
	hasSeverity
	hasPid
)

type span struct{ off, end uint32 }

// Message is one immutable message. It and every string taken from it are valid as long as its
// batch is held; whoever keeps something longer copies it (Clone, strings.Clone).
type Message struct {
	raw        []byte
	uuid       span
	typ        span
	logger     span
	payload    span
	envVersion span
	hostname   span
	fields     uint32 // offset of the first field's tag; len(raw) when there is none
	severity   int32
	pid        int32
	timestamp  int64
	set        uint8
	loops      uint8
	signer     string
}

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
	m := Message{raw: raw, severity: DefaultSeverity, fields: uint32(len(raw))}
	if len(raw) > math.MaxUint32/2 {
		return m, &DecodeError{0, "larger than 2 GiB"}
	}
	for i := 0; i < len(raw); {
		next, err := m.indexTag(i)
		if err != nil {
			return m, err
		}
		i = next
	}
	return m, nil
}

// indexTag notes the header or field that starts at i and gives the offset behind it.
func (m *Message) indexTag(i int) (int, error) {
	tag, n := varint(m.raw, i)
	if n == 0 || tag>>3 == 0 || tag>>3 > 1<<29-1 {
		return 0, &DecodeError{i, "bad tag"}
	}
	body := i + n
	num, wire := int(tag>>3), int(tag&7)
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
		if int(m.fields) > i {
			m.fields = uint32(i)
		}
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

func (m *Message) view(s span) string { return View(m.raw[s.off:s.end]) }

// Bytes is the encoding; it must not be changed.
func (m *Message) Bytes() []byte { return m.raw }

// UUID is the 16 raw bytes of the uuid, or fewer where the sender gave none.
func (m *Message) UUID() []byte { return m.raw[m.uuid.off:m.uuid.end] }

// Timestamp is in nanoseconds since 1970, 0 when unset.
func (m *Message) Timestamp() int64 { return m.timestamp }

// Type, Logger, Payload, EnvVersion and Hostname are "" when unset.
func (m *Message) Type() string       { return m.view(m.typ) }
func (m *Message) Logger() string     { return m.view(m.logger) }
func (m *Message) Payload() string    { return m.view(m.payload) }
func (m *Message) EnvVersion() string { return m.view(m.envVersion) }
func (m *Message) Hostname() string   { return m.view(m.hostname) }

// Severity is the syslog severity, DefaultSeverity when unset.
func (m *Message) Severity() int32 { return m.severity }

// Pid is 0 when unset.
func (m *Message) Pid() int32 { return m.pid }

// HasTimestamp, HasSeverity and HasPid tell whether the encoding has that header.
func (m *Message) HasTimestamp() bool { return m.set&hasTimestamp != 0 }
func (m *Message) HasSeverity() bool  { return m.set&hasSeverity != 0 }
func (m *Message) HasPid() bool       { return m.set&hasPid != 0 }

// Loops counts how often filters have injected anew what this message came from. It is not encoded.
func (m *Message) Loops() int { return int(m.loops) }

// Signer is who signed the message, "" unless its signature was verified. It is not encoded.
func (m *Message) Signer() string { return m.signer }

// Clone is a copy that lives on its own.
func (m *Message) Clone() *Message {
	c := *m
	c.raw = append([]byte(nil), m.raw...)
	c.signer = string(append([]byte(nil), m.signer...))
	return &c
}

// AppendUUID appends the lower-case dashed form of a 16-byte uuid; nothing for any other length.
func AppendUUID(dst, uuid []byte) []byte {
	const hex = "0123456789abcdef"
	if len(uuid) != 16 {
		return dst
	}
	for i, b := range uuid {
		if i == 4 || i == 6 || i == 8 || i == 10 {
			dst = append(dst, '-')
		}
		dst = append(dst, hex[b>>4], hex[b&15])
	}
	return dst
}

// ParseUUID reads the dashed form.
func ParseUUID(s string) (uuid [16]byte, ok bool) {
	if len(s) != 36 {
		return uuid, false
	}
	at := 0
	for i := 0; i < 36; {
		if i == 8 || i == 13 || i == 18 || i == 23 {
			if s[i] != '-' {
				return uuid, false
			}
			i++
			continue
		}
		hi, lo := unhex(s[i]), unhex(s[i+1])
		if hi > 15 || lo > 15 {
			return uuid, false
		}
		uuid[at] = hi<<4 | lo
		at++
		i += 2
	}
	return uuid, true
}

func unhex(c byte) byte {
	switch {
	case c >= '0' && c <= '9':
		return c - '0'
	case c >= 'a' && c <= 'f':
		return c - 'a' + 10
	case c >= 'A' && c <= 'F':
		return c - 'A' + 10
	}
	return 255
}
