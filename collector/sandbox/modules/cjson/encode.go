package cjson

import (
	"fmt"
	"math"

	"lma_collector/collector/sandbox/lua"
)

// encode is cjson.encode(value).
func (k *codec) encode(c lua.Call) {
	if c.Len() != 1 {
		lua.BadArgument(c, 1, "encode", "expected 1 argument")
	}
	k.out, k.depth = k.out[:0], 0
	if reason := k.value(c.Arg(1)); reason != "" {
		c.Raise(reason)
	}
	c.PushText(string(k.out))
	if cap(k.out) > 1<<20 {
		k.out = nil
	}
}

const limitExceeded = "strbuf output_limit exceeded"

// fits tells whether n more bytes may be written.
func (k *codec) fits(n int) bool { return k.outputLimit <= 0 || len(k.out)+n < k.outputLimit }

// value appends a value; the reason is "" when that went well.
func (k *codec) value(v lua.Value) (reason string) {
	switch v.Kind() {
	case lua.KindNone, lua.KindNil:
		k.out = append(k.out, "null"...)
	case lua.KindBool:
		if v.Truth() {
			k.out = append(k.out, "true"...)
		} else {
			k.out = append(k.out, "false"...)
		}
	case lua.KindNumber:
		return k.number(v.Float())
	case lua.KindString:
		return k.string(v.Text())
	case lua.KindTable:
		t, _ := v.AsTable()
		return k.table(t)
	default:
		if _, ok := v.AsObject().(null); ok {
			k.out = append(k.out, "null"...)
			break
		}
		return fmt.Sprintf("Cannot serialise %s: type not supported", v.Kind())
	}
	if !k.fits(0) {
		return limitExceeded
	}
	return ""
}

func (k *codec) number(f float64) string {
	if math.IsInf(f, 0) || f != f {
		switch k.encodeInvalid {
		case "error":
			return "Cannot serialise number: must not be NaN or Infinity"
		case "null":
			k.out = append(k.out, "null"...)
			return ""
		}
		text := "NaN"
		if math.IsInf(f, 1) {
			text = "Infinity"
		} else if math.IsInf(f, -1) {
			text = "-Infinity"
		}
		k.out = append(k.out, text...)
		return ""
	}
	k.out = lua.AppendG(k.out, f, k.precision)
	if !k.fits(0) {
		return limitExceeded
	}
	return ""
}

// escapes are what the bytes become that JSON text must not hold as they are, and the slash.
var escapes = func() (e [256]string) {
	for b := range 0x20 {
		e[b] = fmt.Sprintf("\\u%04x", b)
	}
	e[0x7f] = "\\u007f"
	for b, text := range map[byte]string{
		'"': `\"`, '\\': `\\`, '/': `\/`, '\b': `\b`, '\t': `\t`, '\n': `\n`, '\f': `\f`, '\r': `\r`,
	} {
		e[b] = text
	}
	return e
}()

func (k *codec) string(s string) string {
	if !k.fits(6*len(s) + 2) { // the longest it could become
		return limitExceeded
	}
	k.out = append(k.out, '"')
	plain := 0
	for i := 0; i < len(s); i++ {
		if escape := escapes[s[i]]; escape != "" {
			k.out = append(append(k.out, s[plain:i]...), escape...)
			plain = i + 1
		}
	}
	k.out = append(append(k.out, s[plain:]...), '"')
	return ""
}

func (k *codec) table(t lua.Table) (reason string) {
	k.depth++
	if k.depth > k.encodeDepth {
		return fmt.Sprintf("Cannot serialise, excessive nesting (%d)", k.depth)
	}
	n, reason := k.arrayLen(t)
	switch {
	case reason != "":
		return reason
	case n > 0:
		reason = k.array(t, n)
	default:
		reason = k.object(t)
	}
	k.depth--
	return reason
}

// arrayLen is the highest index of a table whose keys are all positive integers, else 0.
func (k *codec) arrayLen(t lua.Table) (n int, reason string) {
	count, isArray := 0, true
	t.Each(func(key, _ lua.Value) bool {
		f := key.Float()
		isArray = key.Kind() == lua.KindNumber && f >= 1 && f == math.Trunc(f) && f <= 1<<53
		if isArray {
			count++
			n = max(n, int(f))
		}
		return isArray
	})
	if !isArray {
		return 0, ""
	}
	if k.sparseRatio > 0 && n > k.sparseSafe && n > count*k.sparseRatio {
		if k.sparseConvert {
			return 0, ""
		}
		return 0, "Cannot serialise table: excessively sparse array"
	}
	return n, ""
}

func (k *codec) array(t lua.Table, n int) string {
	k.out = append(k.out, '[')
	for i := 1; i <= n; i++ {
		if i > 1 {
			k.out = append(k.out, ',')
		}
		if reason := k.value(t.Index(i)); reason != "" {
			return reason
		}
	}
	k.out = append(k.out, ']')
	return ""
}

func (k *codec) object(t lua.Table) (reason string) {
	k.out = append(k.out, '{')
	first := true
	t.Each(func(key, v lua.Value) bool {
		if !first {
			k.out = append(k.out, ',')
		}
		first = false
		switch key.Kind() {
		case lua.KindString:
			reason = k.string(key.Text())
		case lua.KindNumber:
			k.out = append(k.out, '"')
			reason = k.number(key.Float())
			k.out = append(k.out, '"')
		default:
			reason = fmt.Sprintf("Cannot serialise %s: table key must be a number or string", key.Kind())
		}
		if reason == "" {
			k.out = append(k.out, ':')
			reason = k.value(v)
		}
		return reason == ""
	})
	k.out = append(k.out, '}')
	return reason
}
