// Package message holds the unit of everything that flows through the collector: the immutable
// Message, the Draft in which decoders and filters make one, batches of messages in recycled
// memory, hekad's stream framing and the JSON form of the command line.
//
// A Message is hekad's protobuf encoding with an index of its headers. Fields are found by
// walking the encoding, so there is no state to share: any number of goroutines may read one.
package message

import "encoding/hex"

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

// Bits of Message.set: headers that have been set, and how the fields are encoded.
const (
	hasTimestamp = 1 << iota
	hasSeverity
	hasPid
	isPlain // nothing but plain fields (plainField) from the first field on
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
	if len(uuid) != 16 {
		return dst
	}
	u, text := (*[16]byte)(uuid), [36]byte{8: '-', 13: '-', 18: '-', 23: '-'}
	for i, at := range uuidDigits {
		digits := hexBytes[u[i]]
		text[at], text[at+1] = digits[0], digits[1]
	}
	return append(dst, text[:]...)
}

// uuidDigits is where the digits of each byte of a uuid begin in its text.
var uuidDigits = [16]uint8{0, 2, 4, 6, 9, 11, 14, 16, 19, 21, 24, 26, 28, 30, 32, 34}

// hexBytes are the two digits of each byte.
var hexBytes = func() (table [256][2]byte) {
	for i := range table {
		table[i] = [2]byte([]byte(hex.EncodeToString([]byte{byte(i)})))
	}
	return table
}()

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
