package stdlib

import (
	"strconv"
	"strings"
	"time"
)

// dateText is the text of a time in the C locale.
type dateText struct {
	t      time.Time
	year   int
	month  time.Month
	day    int
	hour   int
	minute int
	second int
	zone   string // the name of the time zone if it is not the time's
	strict bool   // unknown conversions are errors; with E and O
	out    []byte
}

func newDateText(t time.Time) dateText {
	d := dateText{t: t, out: make([]byte, 0, 64)}
	d.year, d.month, d.day = t.Date()
	d.hour, d.minute, d.second = t.Clock()
	return d
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

// layout is what a conversion that is made of others stands for.
func layout(verb byte) string {
	switch verb {
	case 'c':
		return "%a %b %e %H:%M:%S %Y"
	case 'D', 'x':
		return "%m/%d/%y"
	case 'F':
		return "%Y-%m-%d"
	case 'r':
		return "%I:%M:%S %p"
	case 'R':
		return "%H:%M"
	case 'T', 'X':
		return "%H:%M:%S"
	}
	return ""
}

func (d *dateText) convert(verb byte) bool {
	if parts := layout(verb); parts != "" {
		d.format(parts)
		return true
	}
	return d.number(verb) || d.text(verb)
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
		s = d.month.String()[:3]
	case 'B':
		s = d.month.String()
	case 'n':
		s = "\n"
	case 't':
		s = "\t"
	case '%':
		s = "%"
	case 'p':
		s = d.halfDay("AM", "PM")
	case 'P':
		s = d.halfDay("am", "pm")
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

func (d *dateText) halfDay(morning, afternoon string) string {
	if d.hour < 12 {
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
		n, width = floorDiv(d.year, 100), 0
	case 'd':
		n = d.day
	case 'e':
		n, fill = d.day, ' '
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
		n = d.hour
	case 'I':
		n = (d.hour+11)%12 + 1
	case 'j':
		n, width = t.YearDay(), 3
	case 'k':
		n, fill = d.hour, ' '
	case 'l':
		n, fill = (d.hour+11)%12+1, ' '
	case 'm':
		n = int(d.month)
	case 'M':
		n = d.minute
	case 's':
		n, width = int(t.Unix()), 0
	case 'S':
		n = d.second
	case 'u':
		n, width = (int(t.Weekday())+6)%7+1, 0
	case 'U':
		n = (t.YearDay() + 6 - int(t.Weekday())) / 7
	case 'w':
		n, width = int(t.Weekday()), 0
	case 'W':
		n = (t.YearDay() + 6 - (int(t.Weekday())+6)%7) / 7
	case 'y':
		n = d.year - floorDiv(d.year, 100)*100
	case 'Y':
		n, width = d.year, 0
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
