// Package strftime writes times in the format language of C's strftime, with English names. A
// format remembers the text of the second (or day) before, so that the timestamps of a stream of
// messages cost next to nothing.
package strftime

import (
	"fmt"
	"strings"
	"time"
)

// Format is a compiled format. It is not safe for use by several goroutines.
type Format struct {
	ops  []op
	loc  *time.Location
	unit int64 // seconds for which a text stays the same

	text    []byte // of the unit that was written last
	current int64
	subs    []sub // where digits within a second stand in text
}

// op is literal text, or a directive.
type op struct {
	literal   string
	directive byte
}

// sub is a place for digits of a second's fraction.
type sub struct{ at, digits int }

// Directives that are written in terms of others.
var composed = map[byte]string{
	'c': "%a %b %e %H:%M:%S %Y", 'D': "%m/%d/%y", 'F': "%Y-%m-%d", 'h': "%b", 'R': "%H:%M",
	'r': "%I:%M:%S %p", 'T': "%H:%M:%S", 'x': "%m/%d/%y", 'X': "%H:%M:%S", 'v': "%e-%b-%Y",
}

const (
	dayDirectives  = "aAbBCdegGjmuUVwWyY"
	timeDirectives = "HIklMpPSszZ"
	subDirectives  = "fLN" // micro-, milli- and nanoseconds, as other implementations have them
)

// Compile reads a format. Times are written in loc. The error names what is unknown.
func Compile(format string, loc *time.Location) (*Format, error) {
	f := &Format{loc: loc, unit: 86400}
	if loc != time.UTC {
		f.unit = 900 // no zone changes its date but at a quarter of an hour
	}
	if err := f.compile(format); err != nil {
		return nil, err
	}
	return f, nil
}

func (f *Format) compile(format string) error {
	for format != "" {
		at := strings.IndexByte(format, '%')
		if at < 0 {
			f.literal(format)
			return nil
		}
		f.literal(format[:at])
		if at+1 == len(format) {
			return fmt.Errorf("ends with a lone %%; write %%%% for a percent sign")
		}
		if err := f.directive(format[at+1]); err != nil {
			return err
		}
		format = format[at+2:]
	}
	return nil
}

func (f *Format) directive(d byte) error {
	switch {
	case composed[d] != "":
		return f.compile(composed[d])
	case d == '%':
		f.literal("%")
	case d == 'n':
		f.literal("\n")
	case d == 't':
		f.literal("\t")
	case strings.IndexByte(timeDirectives+subDirectives, d) >= 0:
		f.unit = 1
		f.ops = append(f.ops, op{directive: d})
	case strings.IndexByte(dayDirectives, d) >= 0:
		f.ops = append(f.ops, op{directive: d})
	default:
		return fmt.Errorf("%%%c is no strftime directive; there are %s%%", d, "aAbBcCdDeFfgGhHIjklLmMnNpPrRsStTuUvVwWxXyYzZ")
	}
	return nil
}

func (f *Format) literal(s string) {
	if s == "" {
		return
	}
	if n := len(f.ops); n > 0 && f.ops[n-1].directive == 0 {
		f.ops[n-1].literal += s
		return
	}
	f.ops = append(f.ops, op{literal: s})
}

// Append appends the text of a time, in nanoseconds since 1970.
func (f *Format) Append(dst []byte, ns int64) []byte {
	sec := ns / 1e9
	if ns%1e9 < 0 {
		sec--
	}
	unit := sec
	if f.unit > 1 {
		unit = sec / f.unit
		if sec%f.unit < 0 {
			unit--
		}
	}
	if f.text == nil || unit != f.current {
		f.render(sec)
		f.current = unit
	}
	if len(f.subs) == 0 {
		return append(dst, f.text...)
	}
	start := len(dst)
	dst = append(dst, f.text...)
	for _, s := range f.subs {
		digits(dst[start+s.at:start+s.at+s.digits], ns-sec*1e9)
	}
	return dst
}

// Same tells whether a time has the text that was written last.
func (f *Format) Same(ns int64) bool {
	if f.text == nil || len(f.subs) > 0 || ns < 0 {
		return false
	}
	return ns/1e9/f.unit == f.current
}

// digits writes the first digits of a fraction given in nanoseconds.
func digits(dst []byte, fraction int64) {
	for i := len(dst); i < 9; i++ {
		fraction /= 10
	}
	for i := len(dst) - 1; i >= 0; i-- {
		dst[i] = byte('0' + fraction%10)
		fraction /= 10
	}
}
