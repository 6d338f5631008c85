// Package lineproto writes InfluxDB's line protocol: metrics, multi-value metrics and bulk metrics
// become lines by the LMA collector's rules, with the escaping that the protocol asks for.
package lineproto

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"lma_collector/collector/message"
)

// Precision is the unit of a line's timestamp.
type Precision time.Duration

// ParsePrecision reads ns, us, ms, s, m or h.
func ParsePrecision(name string) (Precision, error) {
	switch name {
	case "ns":
		return Precision(time.Nanosecond), nil
	case "us":
		return Precision(time.Microsecond), nil
	case "ms":
		return Precision(time.Millisecond), nil
	case "s":
		return Precision(time.Second), nil
	case "m":
		return Precision(time.Minute), nil
	case "h":
		return Precision(time.Hour), nil
	}
	return 0, fmt.Errorf("%q is no precision; it is ns, us, ms, s, m or h", name)
}

// AppendTime appends nanoseconds since 1970 in the precision, rounded down.
func (p Precision) AppendTime(dst []byte, ns int64) []byte {
	unit := int64(p)
	t := ns / unit
	if ns%unit < 0 {
		t--
	}
	return strconv.AppendInt(dst, t, 10)
}

// Characters that need an escape: in measurements, and in tags and field keys too.
const (
	inMeasurement = 1 << iota
	inKey
)

var special = func() (t [256]uint8) {
	for _, c := range " ,\n\r\t\f" {
		t[c] = inMeasurement | inKey
	}
	t['='] = inKey
	return t
}()

// AppendMeasurement appends an escaped measurement, which must not be empty or begin with '#'.
func AppendMeasurement(dst []byte, s string) []byte { return appendEscaped(dst, s, inMeasurement) }

// appendKey appends an escaped tag key, tag value or field key. A backslash at its end would escape
// what follows, and the protocol has no way to write one: it is left out.
func appendKey(dst []byte, s string) []byte { return appendEscaped(dst, s, inKey) }

func appendEscaped(dst []byte, s string, where uint8) []byte {
	s = writable(s)
	from := 0
	for i := 0; i < len(s); i++ {
		if special[s[i]]&where == 0 {
			continue
		}
		dst = append(append(dst, s[from:i]...), '\\')
		switch s[i] { // a line cannot hold these: they are shown as in a string literal
		case '\n':
			dst = append(dst, 'n')
		case '\r':
			dst = append(dst, 'r')
		case '\t':
			dst = append(dst, 't')
		case '\f':
			dst = append(dst, 'f')
		default:
			dst = append(dst, s[i])
		}
		from = i + 1
	}
	return append(dst, s[from:]...)
}

// writable is s without backslashes at its end.
func writable(s string) string {
	if s == "" || s[len(s)-1] != '\\' {
		return s
	}
	return strings.TrimRight(s, `\`)
}

// appendString appends a string field's value: quoted, with quotes and backslashes escaped.
func appendString(dst []byte, s string) []byte {
	dst = append(dst, '"')
	from := 0
	for i := 0; i < len(s); i++ {
		if s[i] == '"' || s[i] == '\\' {
			dst = append(append(dst, s[from:i]...), '\\', s[i])
			from = i + 1
		}
	}
	return append(append(dst, s[from:]...), '"')
}

// appendFloat appends a float field's value in its shortest form. It appends nothing for NaN and
// infinities, which the protocol does not know.
func appendFloat(dst []byte, v float64) []byte {
	if i := int64(v); float64(i) == v && i > -1e15 && i < 1e15 && (i != 0 || !math.Signbit(v)) {
		return strconv.AppendInt(dst, i, 10)
	}
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return dst
	}
	if out, ok := appendShort(dst, v); ok {
		return out
	}
	return strconv.AppendFloat(dst, v, 'g', -1, 64)
}

// appendShort appends a number with at most three digits behind the point and six before it, which
// many gauges are. Such a text is the shortest one: no two of so few digits mean the same float64.
func appendShort(dst []byte, v float64) ([]byte, bool) {
	size := math.Abs(v)
	if !(size < 1e6) {
		return dst, false
	}
	thousandths := int64(size*1000 + 0.5)
	if float64(thousandths)/1000 != size || thousandths == 0 {
		return dst, false
	}
	if math.Signbit(v) {
		dst = append(dst, '-')
	}
	dst = strconv.AppendInt(dst, thousandths/1000, 10)
	rest := thousandths % 1000
	dst = append(dst, '.', byte('0'+rest/100))
	if rest %= 100; rest > 0 {
		dst = append(dst, byte('0'+rest/10))
		if rest %= 10; rest > 0 {
			dst = append(dst, byte('0'+rest))
		}
	}
	return dst, true
}

// appendValue appends a field's value: every number as a float, so that a field keeps its type, and
// booleans as the strings "true" and "false", as the original wrote them. NaN appends nothing.
func appendValue(dst []byte, v message.Value) []byte {
	switch v.Type() {
	case message.TypeDouble:
		return appendFloat(dst, v.Float())
	case message.TypeInteger:
		return appendFloat(dst, float64(v.Int()))
	case message.TypeBool:
		return appendString(dst, strconv.FormatBool(v.Bool()))
	}
	return appendString(dst, v.Text())
}

// appendTagText appends a value as a tag's value, numbers with up to 14 digits.
func appendTagText(dst []byte, v message.Value) []byte {
	switch v.Type() {
	case message.TypeDouble:
		return strconv.AppendFloat(dst, v.Float(), 'g', 14, 64)
	case message.TypeInteger:
		return strconv.AppendInt(dst, v.Int(), 10)
	case message.TypeBool:
		return strconv.AppendBool(dst, v.Bool())
	}
	return appendKey(dst, v.Text())
}
