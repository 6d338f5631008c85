package cjson

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"lma_collector/collector/sandbox/lua"
)

// decode is cjson.decode(text).
func (k *codec) decode(c lua.Call) {
	if c.Len() != 1 {
		lua.BadArgument(c, 1, "decode", "expected 1 argument")
	}
	text := lua.CheckText(c, 1, "decode")
	v, err := k.parse(text)
	k.text = ""
	if err != "" {
		c.Raise(err)
	}
	c.Push(v)
}

func (k *codec) parse(text string) (v lua.Value, err string) {
	k.text, k.at, k.depth = text, 0, 0
	if len(text) >= 2 && (text[0] == 0 || text[1] == 0) {
		return v, "JSON parser does not support UTF-16 or UTF-32"
	}
	k.space()
	if v, err = k.parseValue(); err != "" {
		return v, err
	}
	k.space()
	if k.peek() != 0 {
		return v, k.expected("the end")
	}
	return v, ""
}

func (k *codec) space() {
	for k.at < len(k.text) {
		switch k.text[k.at] {
		case ' ', '\t', '\r', '\n':
			k.at++
		default:
			return
		}
	}
}

// peek is the byte to come, 0 at the end; a NUL ends the text, too.
func (k *codec) peek() byte {
	if k.at < len(k.text) {
		return k.text[k.at]
	}
	return 0
}

func (k *codec) parseValue() (lua.Value, string) {
	switch b := k.peek(); b {
	case '{':
		return k.parseObject()
	case '[':
		return k.parseArray()
	case '"':
		s, err := k.parseString()
		return lua.String(s), err
	case 't', 'f', 'n':
		return k.parseWord(b)
	default:
		return k.parseNumber()
	}
}

func (k *codec) parseWord(b byte) (lua.Value, string) {
	rest := k.text[k.at:]
	switch {
	case strings.HasPrefix(rest, "true"):
		k.at += 4
		return lua.Bool(true), ""
	case strings.HasPrefix(rest, "false"):
		k.at += 5
		return lua.Bool(false), ""
	case strings.HasPrefix(rest, "null"):
		k.at += 4
		if k.decodeNull {
			return k.null, ""
		}
		return lua.Nil, ""
	}
	return k.parseNumber() // nan
}

func (k *codec) deeper() string {
	k.depth++
	if k.depth > k.decodeDepth {
		return fmt.Sprintf("Found too many nested data structures (%d) at character %d", k.depth, k.at)
	}
	return ""
}

func (k *codec) parseObject() (lua.Value, string) {
	k.at++
	if err := k.deeper(); err != "" {
		return lua.Nil, err
	}
	t := k.in.NewTable(0, 4)
	k.space()
	if k.peek() == '}' {
		k.at++
		k.depth--
		return t.Value(), ""
	}
	for {
		k.space()
		if k.peek() != '"' {
			return lua.Nil, k.expected("object key string")
		}
		name, err := k.parseString()
		if err != "" {
			return lua.Nil, err
		}
		k.space()
		if k.peek() != ':' {
			return lua.Nil, k.expected("colon")
		}
		k.at++
		k.space()
		v, err := k.parseValue()
		if err != "" {
			return lua.Nil, err
		}
		if !v.IsNil() {
			t.Set(name, v)
		}
		k.space()
		switch k.peek() {
		case '}':
			k.at++
			k.depth--
			return t.Value(), ""
		case ',':
			k.at++
		default:
			return lua.Nil, k.expected("comma or object end")
		}
	}
}

func (k *codec) parseArray() (lua.Value, string) {
	k.at++
	if err := k.deeper(); err != "" {
		return lua.Nil, err
	}
	t := k.in.NewTable(4, 0)
	k.space()
	if k.peek() == ']' {
		k.at++
		k.depth--
		return t.Value(), ""
	}
	for i := 1; ; i++ {
		k.space()
		v, err := k.parseValue()
		if err != "" {
			return lua.Nil, err
		}
		if !v.IsNil() {
			t.SetIndex(i, v)
		}
		k.space()
		switch k.peek() {
		case ']':
			k.at++
			k.depth--
			return t.Value(), ""
		case ',':
			k.at++
		default:
			return lua.Nil, k.expected("comma or array end")
		}
	}
}

// parseString takes the string that begins at k.at; it is part of the text where nothing is escaped.
func (k *codec) parseString() (s, err string) {
	start := k.at + 1
	for i := start; i < len(k.text); i++ {
		switch k.text[i] {
		case '"':
			k.at = i + 1
			return strings.Clone(k.text[start:i]), ""
		case '\\':
			return k.parseEscaped(start, i)
		case 0:
			return "", k.bad("unexpected end of string", i)
		}
	}
	return "", k.bad("unexpected end of string", len(k.text))
}

func (k *codec) parseEscaped(start, i int) (s, err string) {
	out := append(k.scratch[:0], k.text[start:i]...)
	for i < len(k.text) && k.text[i] != 0 {
		switch b := k.text[i]; b {
		case '"':
			k.at, k.scratch = i+1, out
			return string(out), ""
		case '\\':
			r, n, reason := escaped(k.text[i:])
			if reason != "" {
				return "", k.bad(reason, i)
			}
			out = utf8.AppendRune(out, r)
			i += n
		default:
			out = append(out, b)
			i++
		}
	}
	return "", k.bad("unexpected end of string", i)
}

// escaped reads an escape sequence; n is its length.
func escaped(s string) (r rune, n int, reason string) {
	if len(s) < 2 {
		return 0, 0, "invalid escape code"
	}
	if at := strings.IndexByte(`"\/bfnrt`, s[1]); at >= 0 {
		return rune("\"\\/\b\f\n\r\t"[at]), 2, ""
	}
	if s[1] != 'u' {
		return 0, 0, "invalid escape code"
	}
	r, ok := hex4(s[2:])
	if ok && !utf16.IsSurrogate(r) {
		return r, 6, ""
	}
	if ok && len(s) >= 12 && s[6] == '\\' && s[7] == 'u' {
		if low, ok := hex4(s[8:]); ok {
			if r = utf16.DecodeRune(r, low); r != utf8.RuneError {
				return r, 12, ""
			}
		}
	}
	return 0, 0, "invalid unicode escape code"
}

func hex4(s string) (rune, bool) {
	if len(s) < 4 || s[0] == '+' || s[0] == '-' {
		return 0, false
	}
	n, err := strconv.ParseUint(s[:4], 16, 32)
	return rune(n), err == nil
}

func (k *codec) parseNumber() (lua.Value, string) {
	rest := k.text[k.at:]
	n := numberLen(rest)
	f, ok := lua.ParseNumber(rest[:n])
	if !ok {
		return lua.Nil, k.expected("value")
	}
	if !k.decodeInvalid && !strictNumber(rest[:n]) {
		return lua.Nil, fmt.Sprintf("Expected value but found invalid number at character %d", k.at+1)
	}
	k.at += n
	return lua.Number(f), ""
}

// numberLen is the length of the number that s begins with, as strtod finds it: decimal,
// hexadecimal, inf, infinity or nan.
func numberLen(s string) int {
	i := 0
	if i < len(s) && (s[i] == '-' || s[i] == '+') {
		i++
	}
	for _, word := range []string{"infinity", "inf", "nan"} {
		if len(s)-i >= len(word) && strings.EqualFold(s[i:i+len(word)], word) {
			return i + len(word)
		}
	}
	digits, exponent := "0123456789", byte('e')
	if len(s)-i > 2 && s[i] == '0' && s[i+1]|0x20 == 'x' && strings.IndexByte("0123456789abcdef", s[i+2]|0x20) >= 0 {
		digits, exponent = "0123456789abcdefABCDEF", 'p'
		i += 2
	}
	span := func() { // of digits
		for i < len(s) && strings.IndexByte(digits, s[i]) >= 0 {
			i++
		}
	}
	span()
	if i < len(s) && s[i] == '.' {
		i++
		span()
	}
	if end := i; i < len(s) && s[i]|0x20 == exponent {
		i++
		if i < len(s) && (s[i] == '-' || s[i] == '+') {
			i++
		}
		digits = "0123456789"
		start := i
		if span(); i == start {
			return end
		}
	}
	return i
}

// strictNumber tells whether a number has no leading zeros or plus sign.
func strictNumber(s string) bool {
	s = strings.TrimPrefix(s, "-")
	if s == "" || s[0] < '0' || s[0] > '9' {
		return false
	}
	return s[0] != '0' || len(s) == 1 || s[1] < '0' || s[1] > '9'
}

func (k *codec) bad(what string, at int) string {
	return fmt.Sprintf("Expected value but found %s at character %d", what, at+1)
}

func (k *codec) expected(what string) string {
	return fmt.Sprintf("Expected %s but found %s at character %d", what, k.token(), k.at+1)
}

// token names what comes next.
func (k *codec) token() string {
	switch b := k.peek(); b {
	case 0:
		return "T_END"
	case '{':
		return "T_OBJ_BEGIN"
	case '}':
		return "T_OBJ_END"
	case '[':
		return "T_ARR_BEGIN"
	case ']':
		return "T_ARR_END"
	case ':':
		return "T_COLON"
	case ',':
		return "T_COMMA"
	case '"':
		at := k.at
		defer func() { k.at = at }()
		if _, err := k.parseString(); err != "" {
			return "invalid token"
		}
		return "T_STRING"
	default:
		return k.wordToken(b)
	}
}

func (k *codec) wordToken(b byte) string {
	rest := k.text[k.at:]
	switch {
	case strings.HasPrefix(rest, "true"), strings.HasPrefix(rest, "false"):
		return "T_BOOLEAN"
	case strings.HasPrefix(rest, "null"):
		return "T_NULL"
	case b >= '0' && b <= '9', b == '-' && len(rest) > 1 && rest[1] >= '0' && rest[1] <= '9':
		return "T_NUMBER"
	}
	return "invalid token"
}
