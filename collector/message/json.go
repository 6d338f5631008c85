package message

import (
	"encoding/base64"
	"math"
	"strconv"
	"unicode/utf8"
)

// AppendJSON appends a message in the JSON form of the command line, on one line:
//
//	{"uuid":"…","timestamp":1700000000123456789,"type":"log","logger":"openstack.nova","severity":6,
//	 "payload":"…","env_version":"","pid":25746,"hostname":"node-1",
//	 "fields":{"http_status":200,"tag_fields":["a","b"]},"representations":{"http_status":"count"}}
//
// The timestamp is in nanoseconds; headers that are not set are left out. A field of one value is a
// scalar, one of several or none an array; fields that share a name are concatenated. An INTEGER is
// written without, a DOUBLE always with a decimal point or exponent, those that JSON has no number
// for as {"double":"NaN"}, "Inf" or "-Inf"; BYTES are {"base64":"…"}. Bytes of text that are not
// UTF-8 become U+FFFD. Elements of later formats, and uuids that are not 16 bytes long, are left out.
func AppendJSON(dst []byte, m *Message) []byte {
	dst = append(dst, '{')
	start := len(dst)
	if u := m.UUID(); len(u) == 16 {
		dst = append(AppendUUID(append(dst, `"uuid":"`...), u), '"')
	}
	if m.HasTimestamp() {
		dst = strconv.AppendInt(appendKey(dst, start, "timestamp"), m.timestamp, 10)
	}
	dst = m.appendText(dst, start, "type", m.typ)
	dst = m.appendText(dst, start, "logger", m.logger)
	if m.HasSeverity() {
		dst = strconv.AppendInt(appendKey(dst, start, "severity"), int64(m.severity), 10)
	}
	dst = m.appendText(dst, start, "payload", m.payload)
	dst = m.appendText(dst, start, "env_version", m.envVersion)
	if m.HasPid() {
		dst = strconv.AppendInt(appendKey(dst, start, "pid"), int64(m.pid), 10)
	}
	dst = m.appendText(dst, start, "hostname", m.hostname)
	if int(m.fields) == len(m.raw) {
		return append(dst, '}')
	}
	var room [24]namedField
	fields := m.named(room[:0])
	dst = appendFields(appendKey(dst, start, "fields"), fields)
	return append(appendRepresentations(dst, start, fields), '}')
}

// appendText appends a text header that the encoding has.
func (m *Message) appendText(dst []byte, start int, key string, s span) []byte {
	if s.end == 0 {
		return dst
	}
	return appendString(appendKey(dst, start, key), m.view(s))
}

// appendKey starts the next member of an object whose members begin at start.
func appendKey(dst []byte, start int, key string) []byte {
	if len(dst) > start {
		dst = append(dst, ',')
	}
	return append(appendString(dst, key), ':')
}

// namedField is a field in the list of all, linked to the next one of the same name.
type namedField struct {
	Field
	next     int // its index, 0 for none
	repeated bool
}

// manyFields is from where on a map finds equal names faster than looking at all.
const manyFields = 64

// named appends the fields of a message to list, which is empty.
func (m *Message) named(list []namedField) []namedField {
	for f := range m.Fields {
		list = append(list, namedField{Field: f})
	}
	if len(list) > manyFields {
		last := make(map[string]int, len(list))
		for i := range list {
			if j, ok := last[list[i].Name]; ok {
				list[j].next, list[i].repeated = i, true
			}
			last[list[i].Name] = i
		}
		return list
	}
	for i := range list {
		for j := i - 1; j >= 0; j-- {
			if list[j].Name == list[i].Name {
				list[j].next, list[i].repeated = i, true
				break
			}
		}
	}
	return list
}

func appendFields(dst []byte, list []namedField) []byte {
	dst = append(dst, '{')
	start := len(dst)
	for i := range list {
		if !list[i].repeated {
			dst = appendValues(appendKey(dst, start, list[i].Name), list, i)
		}
	}
	return append(dst, '}')
}

// appendValues appends the values of the ith field and all that share its name.
func appendValues(dst []byte, list []namedField, i int) []byte {
	start := len(dst)
	dst = append(dst, '[')
	n := 0
	for f := &list[i]; ; f = &list[f.next] {
		for v := range f.Values {
			if n > 0 {
				dst = append(dst, ',')
			}
			dst = appendValueJSON(dst, v)
			n++
		}
		if f.next == 0 {
			break
		}
	}
	if n == 1 {
		return append(dst[:start], dst[start+1:]...)
	}
	return append(dst, ']')
}

func appendRepresentations(dst []byte, start int, list []namedField) []byte {
	first := 0
	for i := range list {
		if list[i].repeated {
			continue
		}
		for f := &list[i]; ; f = &list[f.next] {
			if f.Representation != "" {
				if first == 0 {
					dst = append(appendKey(dst, start, "representations"), '{')
					first = len(dst)
				}
				dst = appendString(appendKey(dst, first, f.Name), f.Representation)
				break
			}
			if f.next == 0 {
				break
			}
		}
	}
	if first == 0 {
		return dst
	}
	return append(dst, '}')
}

func appendValueJSON(dst []byte, v Value) []byte {
	switch v.typ {
	case TypeBytes:
		dst = append(dst, `{"base64":"`...)
		return append(base64.StdEncoding.AppendEncode(dst, bytesView(v.text)), `"}`...)
	case TypeInteger:
		return strconv.AppendInt(dst, v.Int(), 10)
	case TypeDouble:
		return appendFloat(dst, v.Float())
	case TypeBool:
		return strconv.AppendBool(dst, v.Bool())
	}
	return appendString(dst, v.text)
}

// appendFloat writes the shortest form that reads back as the same DOUBLE and not as an INTEGER.
func appendFloat(dst []byte, f float64) []byte {
	switch {
	case math.IsNaN(f):
		return append(dst, `{"double":"NaN"}`...)
	case math.IsInf(f, 1):
		return append(dst, `{"double":"Inf"}`...)
	case math.IsInf(f, -1):
		return append(dst, `{"double":"-Inf"}`...)
	}
	if abs := math.Abs(f); abs != 0 && (abs < 1e-6 || abs >= 1e21) {
		return strconv.AppendFloat(dst, f, 'e', -1, 64)
	}
	dst = strconv.AppendFloat(dst, f, 'f', -1, 64)
	if f == math.Trunc(f) {
		dst = append(dst, ".0"...)
	}
	return dst
}

// appendString appends a JSON string.
func appendString(dst []byte, s string) []byte {
	const hex = "0123456789abcdef"
	dst = append(dst, '"')
	done := 0
	for i := 0; i < len(s); {
		c := s[i]
		if c >= ' ' && c != '"' && c != '\\' && c < utf8.RuneSelf {
			i++
			continue
		}
		size := 1
		if c >= utf8.RuneSelf {
			var r rune
			if r, size = utf8.DecodeRuneInString(s[i:]); r != utf8.RuneError || size > 1 {
				i += size
				continue
			}
		}
		dst = append(dst, s[done:i]...)
		switch {
		case c >= utf8.RuneSelf:
			dst = append(dst, "\uFFFD"...)
		case c == '"' || c == '\\':
			dst = append(dst, '\\', c)
		case c == '\n':
			dst = append(dst, '\\', 'n')
		case c == '\r':
			dst = append(dst, '\\', 'r')
		case c == '\t':
			dst = append(dst, '\\', 't')
		default:
			dst = append(dst, '\\', 'u', '0', '0', hex[c>>4], hex[c&15])
		}
		i += size
		done = i
	}
	return append(append(dst, s[done:]...), '"')
}
