package stdlib

import (
	"fmt"
	"strconv"
	"time"
)

// layouts are the conversions of strftime in the C locale that are plain layouts of Go's.
var layouts = map[byte]string{
	'a': "Mon", 'A': "Monday", 'b': "Jan", 'B': "January", 'c': "Mon Jan _2 15:04:05 2006", 'd': "02", 'D': "01/02/06",
	'e': "_2", 'F': "2006-01-02", 'h': "Jan", 'H': "15", 'I': "03", 'm': "01", 'M': "04", 'n': "\n", 'p': "PM", 'P': "pm",
	'r': "03:04:05 PM", 'R': "15:04", 'S': "05", 't': "\t", 'T': "15:04:05", 'x': "01/02/06", 'X': "15:04:05", 'y': "06",
	'Y': "2006", 'z': "-0700", 'Z': "MST", '%': "%",
}

// appendTime is strftime of a UTC time; bad is the conversion it does not know.
func appendTime(dst []byte, format string, t time.Time) (out []byte, bad string) {
	for i := 0; i < len(format); i++ {
		if format[i] != '%' {
			dst = append(dst, format[i])
			continue
		}
		i++
		modifier := i
		if i < len(format) && (format[i] == 'E' || format[i] == 'O') { // other forms of a locale: the C locale has none
			i++
		}
		if i >= len(format) {
			return dst, format[modifier:]
		}
		verb := format[i]
		if layout, ok := layouts[verb]; ok {
			dst = append(dst, cName(t, verb, layout)...)
			continue
		}
		n, width, ok := timeNumber(verb, t)
		if !ok {
			return dst, format[modifier : i+1]
		}
		dst = fmt.Appendf(dst, width, n)
	}
	return dst, ""
}

func cName(t time.Time, verb byte, layout string) string {
	switch verb {
	case 'Z':
		return "UTC"
	case 'Y':
		return strconv.Itoa(t.Year())
	}
	return t.Format(layout)
}

// timeNumber gives the numeric conversions with their format.
func timeNumber(verb byte, t time.Time) (n int, format string, ok bool) {
	year, week := t.ISOWeek()
	switch verb {
	case 'C':
		return t.Year() / 100, "%02d", true
	case 'g':
		return year % 100, "%02d", true
	case 'G':
		return year, "%d", true
	case 'j':
		return t.YearDay(), "%03d", true
	case 'k':
		return t.Hour(), "%2d", true
	case 'l':
		return (t.Hour()+11)%12 + 1, "%2d", true
	case 's':
		return int(t.Unix()), "%d", true
	case 'u':
		return (int(t.Weekday())+6)%7 + 1, "%d", true
	case 'U':
		return (t.YearDay() + 6 - int(t.Weekday())) / 7, "%02d", true
	case 'V':
		return week, "%02d", true
	case 'w':
		return int(t.Weekday()), "%d", true
	case 'W':
		return (t.YearDay() + 6 - (int(t.Weekday())+6)%7) / 7, "%02d", true
	}
	return 0, "", false
}
