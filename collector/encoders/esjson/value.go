package esjson

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"math"
	"slices"
	"strconv"
	"unicode/utf8"

	"lma_collector/collector/message"
)

// appendValues appends a field's only value, or a list when it has several or none. Bytes are text
// when there is one value, base64 when there are several.
func (e *Encoder) appendValues(dst []byte, f *message.Field) []byte {
	raw := e.rawNames != nil && e.rawNames[f.Name]
	if v, ok := f.Only(); ok {
		return appendValue(dst, v, raw, false)
	}
	start, n := len(dst), 0
	for v := range f.Values {
		if n > 0 {
			dst = append(dst, ',')
		}
		dst = appendValue(dst, v, raw, false)
		n++
	}
	if f.Type == message.TypeBytes && !raw {
		return appendBase64List(dst[:start], f)
	}
	return append(slices.Insert(dst, start, '['), ']')
}

func appendBase64List(dst []byte, f *message.Field) []byte {
	dst = append(dst, '[')
	sep := false
	for v := range f.Values {
		if sep {
			dst = append(dst, ',')
		}
		dst = appendValue(dst, v, false, true)
		sep = true
	}
	return append(dst, ']')
}

func appendValue(dst []byte, v message.Value, raw, base64Form bool) []byte {
	switch v.Type() {
	case message.TypeInteger:
		return strconv.AppendInt(dst, v.Int(), 10)
	case message.TypeDouble:
		return appendFloat(dst, v.Float())
	case message.TypeBool:
		return strconv.AppendBool(dst, v.Bool())
	}
	switch {
	case raw:
		return appendRaw(dst, v.Text())
	case base64Form:
		dst = append(dst, '"')
		dst = base64.StdEncoding.AppendEncode(dst, []byte(v.Text()))
		return append(dst, '"')
	}
	return appendString(dst, v.Text())
}

// appendFloat appends a number; one that JSON cannot express is null.
func appendFloat(dst []byte, f float64) []byte {
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return append(dst, "null"...)
	}
	return strconv.AppendFloat(dst, f, 'g', -1, 64)
}

// appendRaw appends what should be JSON. It may have been written by anybody, so it is checked: a line
// break in it would start another command of the bulk request.
func appendRaw(dst []byte, text string) []byte {
	var compact bytes.Buffer
	if err := json.Compact(&compact, []byte(text)); err != nil || compact.Len() == 0 || !utf8.ValidString(text) {
		return appendString(dst, text)
	}
	return append(dst, compact.Bytes()...)
}
