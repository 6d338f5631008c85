package config

import (
	"encoding"
	"fmt"
	"math"
	"reflect"
	"strconv"
	"time"
)

// value decodes v into a field or element; false after a report.
func (d *decoder) value(path string, to reflect.Value, v any, f field) bool {
	if to.Kind() == reflect.Pointer {
		if to.IsNil() {
			to.Set(reflect.New(to.Type().Elem()))
		}
		return d.value(path, to.Elem(), v, f)
	}
	switch {
	case to.Type() == durationType:
		return d.duration(path, to, v, f)
	case to.Type() == bytesType:
		return d.bytes(path, to, v)
	case to.Type() == timeType:
		t, ok := v.(time.Time)
		if !ok {
			return d.wrong(path, "a date", v, "")
		}
		to.Set(reflect.ValueOf(t))
		return true
	case to.Addr().Type().Implements(textUnmarshaler):
		return d.text(path, to, v)
	}
	switch to.Kind() {
	case reflect.Struct:
		values, ok := v.(map[string]any)
		if !ok {
			return d.wrong(path, "a table", v, "")
		}
		before := len(d.found)
		d.table(path, values, []reflect.Value{to}, nil)
		return !d.found[before:].HasErrors()
	case reflect.Map:
		return d.mapping(path, to, v)
	case reflect.Slice, reflect.Array:
		return d.slice(path, to, v, f)
	case reflect.Interface:
		to.Set(reflect.ValueOf(v))
		return true
	}
	return d.scalar(path, to, v)
}

// scalar decodes strings, booleans and numbers.
func (d *decoder) scalar(path string, to reflect.Value, v any) bool {
	switch to.Kind() {
	case reflect.String:
		s, ok := v.(string)
		if !ok {
			return d.wrong(path, "a string", v, quote(v))
		}
		to.SetString(s)
	case reflect.Bool:
		b, ok := v.(bool)
		if !ok {
			return d.wrong(path, "true or false", v, "without quotes")
		}
		to.SetBool(b)
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64,
		reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return d.integer(path, to, v)
	case reflect.Float32, reflect.Float64:
		switch n := v.(type) {
		case float64:
			to.SetFloat(n)
		case int64:
			to.SetFloat(float64(n))
		default:
			return d.wrong(path, "a number", v, unquote(v))
		}
	default:
		panic(fmt.Sprintf("BUG: option %s has a field of type %s", dotted(path), to.Type()))
	}
	return true
}

// integer decodes a whole number that must fit.
func (d *decoder) integer(path string, to reflect.Value, v any) bool {
	n, ok := v.(int64)
	if !ok {
		return d.wrong(path, "a whole number", v, unquote(v))
	}
	switch {
	case to.CanInt() && !to.OverflowInt(n):
		to.SetInt(n)
	case to.CanUint() && n >= 0 && !to.OverflowUint(uint64(n)):
		to.SetUint(uint64(n))
	case to.CanUint() && to.Type().Bits() == 64:
		return d.bad(path, "must not be negative", v, "")
	default:
		low, high := limits(to)
		return d.bad(path, fmt.Sprintf("must lie between %s and %s", low, high), v, "")
	}
	return true
}

// limits are the least and the greatest number that a field holds.
func limits(to reflect.Value) (low, high string) {
	bits := to.Type().Bits()
	if to.CanUint() {
		return "0", strconv.FormatUint(math.MaxUint64>>(64-bits), 10)
	}
	return strconv.FormatInt(math.MinInt64>>(64-bits), 10), strconv.FormatInt(math.MaxInt64>>(64-bits), 10)
}

// quote is the hint for a word without quotes.
func quote(v any) string {
	switch v.(type) {
	case int64, float64, bool, time.Time:
		return "put it in quotes"
	}
	return ""
}

// unquote is the hint for a number in quotes.
func unquote(v any) string {
	if s, ok := v.(string); ok {
		if _, err := strconv.ParseFloat(s, 64); err == nil {
			return "write it without quotes"
		}
	}
	return ""
}

// duration decodes "5s", or a bare number in the field's unit.
func (d *decoder) duration(path string, to reflect.Value, v any, f field) bool {
	var t time.Duration
	switch v := v.(type) {
	case string:
		var err error
		if t, err = time.ParseDuration(v); err != nil {
			hint := `write a number with its unit, such as "5s", "250ms" or "1h30m"`
			if _, err := strconv.ParseFloat(v, 64); err == nil && f.unit == 0 {
				hint = `a unit is missing: "s", "ms", "m" or "h"`
			}
			return d.bad(path, "is not a duration", v, hint)
		}
	case int64, float64:
		n := reflect.ValueOf(v).Convert(reflect.TypeFor[float64]()).Float()
		if f.unit == 0 {
			return d.wrong(path, "a duration in quotes", v, `with a unit, such as "5s"`)
		}
		if math.Abs(n)*float64(f.unit) >= math.MaxInt64 || n != n {
			return d.bad(path, "is too long", v, "")
		}
		t = time.Duration(n * float64(f.unit))
		if i, whole := v.(int64); whole {
			t = time.Duration(i) * f.unit
		}
	default:
		return d.wrong(path, "a duration", v, `such as "5s"`)
	}
	if t < 0 {
		return d.bad(path, "must not be negative", v, "")
	}
	to.SetInt(int64(t))
	return true
}

// text decodes a string with the field's own method.
func (d *decoder) text(path string, to reflect.Value, v any) bool {
	s, ok := v.(string)
	if !ok {
		return d.wrong(path, "a string", v, quote(v))
	}
	if err := to.Addr().Interface().(encoding.TextUnmarshaler).UnmarshalText([]byte(s)); err != nil {
		if d.doc.hidden(path) {
			return d.bad(path, "has a bad value", v, "")
		}
		return d.bad(path, "has a bad value, "+strconv.Quote(s)+": "+err.Error(), nil, "")
	}
	return true
}

// mapping decodes a table whose keys the operator chooses.
func (d *decoder) mapping(path string, to reflect.Value, v any) bool {
	if to.Type().Key().Kind() != reflect.String {
		panic(fmt.Sprintf("BUG: option %s has a field of type %s", dotted(path), to.Type()))
	}
	values, ok := v.(map[string]any)
	if !ok {
		return d.wrong(path, "a table", v, fmt.Sprintf("write [%s], or { name = … }", dotted(path)))
	}
	m := reflect.MakeMapWithSize(to.Type(), len(values))
	fine := true
	for _, key := range d.inOrder(path, values) {
		e := reflect.New(to.Type().Elem()).Elem()
		if !d.value(join(path, key), e, values[key], field{}) {
			fine = false
			continue
		}
		m.SetMapIndex(reflect.ValueOf(key).Convert(to.Type().Key()), e)
	}
	to.Set(m)
	return fine
}

// slice decodes an array; an array of tables is one too.
func (d *decoder) slice(path string, to reflect.Value, v any, f field) bool {
	var elements []any
	switch v := v.(type) {
	case []any:
		elements = v
	case []map[string]any:
		for _, t := range v {
			elements = append(elements, t)
		}
	default:
		return d.wrong(path, "an array", v, "put it in brackets: [ … ]")
	}
	if to.Kind() == reflect.Array && len(elements) != to.Len() {
		return d.bad(path, fmt.Sprintf("must have %d elements, not %d", to.Len(), len(elements)), nil, "")
	}
	out := to
	if to.Kind() == reflect.Slice {
		out = reflect.MakeSlice(to.Type(), len(elements), len(elements))
	}
	fine := true
	for i, e := range elements {
		fine = d.value(path+indexed(i), out.Index(i), e, f) && fine
	}
	to.Set(out)
	return fine
}

// wrong reports a value of another type.
func (d *decoder) wrong(path, want string, v any, hint string) bool {
	d.report(path, Error, ClassWrongType, fmt.Sprintf("option %q must be %s, not %s", d.section.dotted(path), want, kindOf(v)), hint)
	return false
}

// bad reports a value that is not allowed; it is shown unless it is a secret.
func (d *decoder) bad(path, what string, v any, hint string) bool {
	text := fmt.Sprintf("option %q %s", d.section.dotted(path), what)
	if v != nil && !d.doc.hidden(path) {
		if s, ok := v.(string); ok {
			v = strconv.Quote(RedactURLs(s))
		}
		text += fmt.Sprintf(": %v", v)
	}
	d.report(path, Error, ClassBadValue, text, hint)
	return false
}
