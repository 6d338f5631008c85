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
	if groups := m.groups(); len(groups) > 0 {
		dst = appendFields(appendKey(dst, start, "fields"), groups)
		dst = appendRepresentations(dst, start, groups)
	}
	return append(dst, '}')
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

// groups are the fields of a message, those of one name together, in the order of the first ones.
func (m *Message) groups() (groups [][]Field) {
	places := map[string]int{}
	for f := range m.Fields {
		i, known := places[f.Name]
		if !known {
			i = len(groups)
			places[f.Name] = i
			groups = append(groups, nil)
		}
		groups[i] = append(groups[i], f)
	}
	return groups
}

func appendFields(dst []byte, groups [][]Field) []byte {
	dst = append(dst, '{')
	for start := len(dst); len(groups) > 0; groups = groups[1:] {
		dst = appendKey(dst, start, groups[0][0].Name)
		dst = appendGroup(dst, groups[0])
	}
	return append(dst, '}')
}

func appendGroup(dst []byte, fields []Field) []byte {
	n := 0
	for _, f := range fields {
		n += f.Len()
	}
	if n != 1 {
		dst = append(dst, '[')
	}
	start := len(dst)
	for _, f := range fields {
		for v := range f.Values {
			if len(dst) > start {
				dst = append(dst, ',')
			}
			dst = appendValueJSON(dst, v)
		}
	}
	if n != 1 {
		dst = append(dst, ']')
	}
	return dst
}

func appendRepresentations(dst []byte, start int, groups [][]Field) []byte {
	first := 0
	for _, group := range groups {
		for _, f := range group {
			if f.Representation == "" {
				continue
			}
			if first == 0 {
				dst = append(appendKey(dst, start, "representations"), '{')
				first = len(dst)
			}
			dst = appendString(appendKey(dst, first, f.Name), f.Representation)
			break
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
