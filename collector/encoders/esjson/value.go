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
func appendValues(dst []byte, f *message.Field, raw bool) []byte {
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
	if f >= minDecimal && f < maxDecimal {
		const scale = 1e9
		if n := uint64(f*scale + 0.5); float64(n)/scale == f {
			return appendDecimal(dst, n)
		}
	}
	return strconv.AppendFloat(dst, f, 'g', -1, 64)
}

// Numbers between these are written without an exponent.
const minDecimal, maxDecimal = 1e-4, 1e6

// appendDecimal appends n thousand millionths, n being less than 10^15. It is the shortest text of
// the float64 that it was made of, because no two decimals of up to 15 digits are the same float64.
func appendDecimal(dst []byte, n uint64) []byte {
	const scale = 1_000_000_000
	dst = strconv.AppendUint(dst, n/scale, 10)
	rest := n % scale
	if rest == 0 {
		return dst
	}
	var text [10]byte
	text[0] = '.'
	text[9] = byte('0' + rest%10)
	for i, rest := 7, rest/10; i > 0; i -= 2 {
		pair := rest % 100
		text[i], text[i+1] = byte('0'+pair/10), byte('0'+pair%10)
		rest /= 100
	}
	end := 10
	for text[end-1] == '0' {
		end--
	}
	return append(dst, text[:end]...)
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
