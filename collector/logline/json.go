package logline

import (
	"unicode/utf16"
	"unicode/utf8"

	"lma_collector/collector/message"
)

// JSONKind is what a JSON value is, by its first byte.
type JSONKind byte

// The kinds of JSON values.
const (
	JSONString JSONKind = '"'
	JSONNumber JSONKind = '0'
	JSONObject JSONKind = '{'
	JSONArray  JSONKind = '['
	JSONTrue   JSONKind = 't'
	JSONFalse  JSONKind = 'f'
	JSONNull   JSONKind = 'n'
)

// JSONValue is one value. Text is the unquoted string, else the value as it is written.
type JSONValue struct {
	Kind JSONKind
	Text string
}

// maxDepth is how deeply values may be nested.
const maxDepth = 64

// JSON reads a JSON object or array member by member. Strings with escapes are unquoted into Buf;
// all others are views of the text.
type JSON struct {
	Buf []byte

	s      string
	i      int
	object bool
	first  bool
	err    bool
}

// Open starts to read an object or an array; text may end in white space.
func (j *JSON) Open(text string) bool {
	j.s, j.i, j.first, j.err = text, 0, true, false
	j.space()
	if j.i >= len(j.s) || j.s[j.i] != '{' && j.s[j.i] != '[' {
		j.err = true
		return false
	}
	j.object = j.s[j.i] == '{'
	j.i++
	return true
}

// Next gives the next member; key is "" in an array. ok is false at the end and after an error.
func (j *JSON) Next() (key string, v JSONValue, ok bool) {
	j.space()
	if j.err || j.i >= len(j.s) {
		j.err = true
		return "", v, false
	}
	if c := j.s[j.i]; c == '}' && j.object || c == ']' && !j.object {
		j.i++
		j.space()
		j.err = j.i != len(j.s)
		j.i = len(j.s)
		j.s = ""
		return "", v, false
	}
	if !j.first && !j.take(',') {
		return "", v, false
	}
	j.first = false
	if j.object {
		j.space()
		k, ok := j.value(0)
		if !ok || k.Kind != JSONString {
			j.err = true
			return "", v, false
		}
		key = k.Text
		j.space()
		if !j.take(':') {
			return "", v, false
		}
	}
	j.space()
	v, ok = j.value(0)
	j.err = !ok
	return key, v, ok
}

// Valid tells whether the text was read to its end without an error. Call it after the last Next.
func (j *JSON) Valid() bool { return !j.err }

func (j *JSON) take(c byte) bool {
	if j.i < len(j.s) && j.s[j.i] == c {
		j.i++
		return true
	}
	j.err = true
	return false
}

func (j *JSON) space() {
	for j.i < len(j.s) && (j.s[j.i] == ' ' || j.s[j.i] == '\t' || j.s[j.i] == '\n' || j.s[j.i] == '\r') {
		j.i++
	}
}

func (j *JSON) value(depth int) (v JSONValue, ok bool) {
	if j.i >= len(j.s) || depth > maxDepth {
		return v, false
	}
	start := j.i
	v.Kind = JSONKind(j.s[j.i])
	switch v.Kind {
	case JSONString:
		v.Text, ok = j.quoted(depth == 0)
		return v, ok
	case JSONObject, JSONArray:
		ok = j.nested(depth)
	case JSONTrue:
		ok = j.word("true")
	case JSONFalse:
		ok = j.word("false")
	case JSONNull:
		ok = j.word("null")
	default:
		v.Kind, ok = JSONNumber, j.number()
	}
	v.Text = j.s[start:j.i]
	return v, ok
}

func (j *JSON) word(w string) bool {
	if len(j.s)-j.i < len(w) || j.s[j.i:j.i+len(w)] != w {
		return false
	}
	j.i += len(w)
	return true
}

// nested passes over an object or array.
func (j *JSON) nested(depth int) bool {
	object := j.s[j.i] == '{'
	j.i++
	for first := true; ; first = false {
		j.space()
		if j.i >= len(j.s) {
			return false
		}
		if c := j.s[j.i]; c == '}' && object || c == ']' && !object {
			j.i++
			return true
		}
		if !first && !j.take(',') {
			return false
		}
		j.space()
		if object {
			if k, ok := j.value(depth + 1); !ok || k.Kind != JSONString {
				return false
			}
			j.space()
			if !j.take(':') {
				return false
			}
			j.space()
		}
		if _, ok := j.value(depth + 1); !ok {
			return false
		}
	}
}

func (j *JSON) digits() bool {
	start := j.i
	for j.i < len(j.s) && j.s[j.i]-'0' <= 9 {
		j.i++
	}
	return j.i > start
}

func (j *JSON) number() bool {
	if j.s[j.i] == '-' {
		j.i++
	}
	zero := j.i < len(j.s) && j.s[j.i] == '0'
	start := j.i
	if !j.digits() || zero && j.i > start+1 {
		return false
	}
	if j.i < len(j.s) && j.s[j.i] == '.' {
		if j.i++; !j.digits() {
			return false
		}
	}
	if j.i < len(j.s) && j.s[j.i]|0x20 == 'e' {
		j.i++
		if j.i < len(j.s) && (j.s[j.i] == '+' || j.s[j.i] == '-') {
			j.i++
		}
		return j.digits()
	}
	return true
}

// quoted reads a string; without unquote it is only passed over.
func (j *JSON) quoted(unquote bool) (text string, ok bool) {
	j.i++
	start := j.i
	for j.i < len(j.s) {
		switch c := j.s[j.i]; {
		case c == '"':
			j.i++
			return j.s[start : j.i-1], true
		case c == '\\':
			return j.escaped(start, unquote)
		case c < 0x20:
			return "", false
		}
		j.i++
	}
	return "", false
}

// escaped goes on with a string at its first escape.
func (j *JSON) escaped(start int, unquote bool) (text string, ok bool) {
	from := len(j.Buf)
	if unquote {
		j.Buf = append(j.Buf, j.s[start:j.i]...)
	}
	out := j.Buf
	for j.i < len(j.s) {
		c := j.s[j.i]
		switch {
		case c == '"':
			j.i++
			if unquote {
				j.Buf = out
			}
			return message.View(out[from:]), true
		case c < 0x20:
			return "", false
		case c == '\\':
			r, ok := j.escape()
			if !ok {
				return "", false
			}
			if unquote {
				out = utf8.AppendRune(out, r)
			}
			continue
		}
		if unquote {
			out = append(out, c)
		}
		j.i++
	}
	return "", false
}

// escape reads one escape sequence.
func (j *JSON) escape() (r rune, ok bool) {
	if j.i+1 >= len(j.s) {
		return 0, false
	}
	c := j.s[j.i+1]
	j.i += 2
	switch c {
	case '"', '\\', '/':
		return rune(c), true
	case 'b':
		return '\b', true
	case 'f':
		return '\f', true
	case 'n':
		return '\n', true
	case 'r':
		return '\r', true
	case 't':
		return '\t', true
	case 'u':
		return j.unicode()
	}
	return 0, false
}

func (j *JSON) unicode() (r rune, ok bool) {
	r, ok = j.hex4(j.i)
	if !ok {
		return 0, false
	}
	j.i += 4
	if !utf16.IsSurrogate(r) {
		return r, true
	}
	if len(j.s) >= j.i+6 && j.s[j.i] == '\\' && j.s[j.i+1] == 'u' {
		if low, ok := j.hex4(j.i + 2); ok {
			if full := utf16.DecodeRune(r, low); full != utf8.RuneError {
				j.i += 6
				return full, true
			}
		}
	}
	return utf8.RuneError, true
}

func (j *JSON) hex4(i int) (r rune, ok bool) {
	if len(j.s) < i+4 {
		return 0, false
	}
	for _, c := range []byte(j.s[i : i+4]) {
		switch {
		case c-'0' <= 9:
			c -= '0'
		case c|0x20 >= 'a' && c|0x20 <= 'f':
			c = c | 0x20 - 'a' + 10
		default:
			return 0, false
		}
		r = r<<4 | rune(c)
	}
	return r, true
}
