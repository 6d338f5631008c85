package stdlib

import (
	"strconv"
	"strings"
	"time"
)

// dateText is the text of a time in the C locale.
type dateText struct {
	t      time.Time
	zone   string // the name of the time zone if it is not the time's
	strict bool   // unknown conversions are errors; with E and O
	out    []byte
}

// conversions are those that hekad's Lua allows, and those after E and O. Plain Lua has %P, too.
const (
	conversions          = "aAbBcCdDeFgGhHIjklmMnprRsStTuUVwWxXyYzZ%"
	alternateConversions = "cCxXyY"
	numericConversions   = "deHImMSuUVwWy"
)

// format appends a format with the time filled in; bad is the rest of the format from the first
// conversion on that is not allowed. Where C's strftime decides, what it does not know stays.
func (d *dateText) format(format string) (bad string) {
	for i := 0; i < len(format); i++ {
		if format[i] != '%' {
			d.out = append(d.out, format[i])
			continue
		}
		start := i
		i++
		if d.strict {
			if n := allowed(format[i:]); n > 0 {
				i += n - 1
			} else {
				return format[start:]
			}
		}
		if i >= len(format) || !d.convert(format[i]) {
			d.out = append(d.out, format[start:min(i+1, len(format))]...)
		}
	}
	return ""
}

// allowed is the length of a conversion, 0 if it is none.
func allowed(s string) int {
	switch {
	case s == "":
		return 0
	case strings.IndexByte(conversions, s[0]) >= 0:
		return 1
	case len(s) < 2:
		return 0
	case s[0] == 'E' && strings.IndexByte(alternateConversions, s[1]) >= 0,
		s[0] == 'O' && strings.IndexByte(numericConversions, s[1]) >= 0:
		return 2
	}
	return 0
}

// layouts are the conversions that are made of others or are plain text.
var layouts = map[byte]string{
	'c': "%a %b %e %H:%M:%S %Y", 'D': "%m/%d/%y", 'F': "%Y-%m-%d", 'r': "%I:%M:%S %p", 'R': "%H:%M", 'T': "%H:%M:%S",
	'x': "%m/%d/%y", 'X': "%H:%M:%S",
}

func (d *dateText) convert(verb byte) bool {
	if layout := layouts[verb]; layout != "" {
		d.format(layout)
		return true
	}
	return d.text(verb) || d.number(verb)
}

// text appends the conversions that are no numbers.
func (d *dateText) text(verb byte) bool {
	t, s := d.t, ""
	switch verb {
	case 'a':
		s = t.Weekday().String()[:3]
	case 'A':
		s = t.Weekday().String()
	case 'b', 'h':
		s = t.Month().String()[:3]
	case 'B':
		s = t.Month().String()
	case 'n':
		s = "\n"
	case 't':
		s = "\t"
	case '%':
		s = "%"
	case 'p':
		s = halfDay(t, "AM", "PM")
	case 'P':
		s = halfDay(t, "am", "pm")
	case 'z':
		s = t.Format("-0700")
	case 'Z':
		if s = d.zone; s == "" {
			s, _ = t.Zone()
		}
	default:
		return false
	}
	d.out = append(d.out, s...)
	return true
}

func halfDay(t time.Time, morning, afternoon string) string {
	if t.Hour() < 12 {
		return morning
	}
	return afternoon
}

// number appends the numeric conversions.
func (d *dateText) number(verb byte) bool {
	t := d.t
	n, width, fill := 0, 2, byte('0')
	switch verb {
	case 'C':
		n, width = floorDiv(t.Year(), 100), 0
	case 'd':
		n = t.Day()
	case 'e':
		n, fill = t.Day(), ' '
	case 'g', 'G', 'V':
		year, week := t.ISOWeek()
		switch verb {
		case 'g':
			n = year - floorDiv(year, 100)*100
		case 'G':
			n, width = year, 0
		default:
			n = week
		}
	case 'H':
		n = t.Hour()
	case 'I':
		n = (t.Hour()+11)%12 + 1
	case 'j':
		n, width = t.YearDay(), 3
	case 'k':
		n, fill = t.Hour(), ' '
	case 'l':
		n, fill = (t.Hour()+11)%12+1, ' '
	case 'm':
		n = int(t.Month())
	case 'M':
		n = t.Minute()
	case 's':
		n, width = int(t.Unix()), 0
	case 'S':
		n = t.Second()
	case 'u':
		n, width = (int(t.Weekday())+6)%7+1, 0
	case 'U':
		n = (t.YearDay() + 6 - int(t.Weekday())) / 7
	case 'w':
		n, width = int(t.Weekday()), 0
	case 'W':
		n = (t.YearDay() + 6 - (int(t.Weekday())+6)%7) / 7
	case 'y':
		n = t.Year() - floorDiv(t.Year(), 100)*100
	case 'Y':
		n, width = t.Year(), 0
	default:
		return false
	}
	var room [24]byte
	digits := strconv.AppendInt(room[:0], int64(n), 10)
	d.out = appendRepeated(d.out, fill, width-len(digits))
	d.out = append(d.out, digits...)
	return true
}

func floorDiv(a, b int) int {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}
