package strftime

import (
	"strconv"
	"time"
)

// render writes the text of a second.
func (f *Format) render(sec int64) {
	t := time.Unix(sec, 0).In(f.loc)
	f.subs = f.subs[:0]
	if f.text == nil {
		f.text = make([]byte, 0, 32)
	}
	f.text = f.text[:0]
	for _, o := range f.ops {
		switch o.directive {
		case 0:
			f.text = append(f.text, o.literal...)
		case 'L':
			f.fraction(3)
		case 'f':
			f.fraction(6)
		case 'N':
			f.fraction(9)
		default:
			f.text = appendDirective(f.text, o.directive, t)
		}
	}
}

func (f *Format) fraction(n int) {
	f.subs = append(f.subs, sub{len(f.text), n})
	f.text = append(f.text, "000000000"[:n]...)
}

func appendDirective(dst []byte, directive byte, t time.Time) []byte {
	switch directive {
	case 'H', 'I', 'k', 'l', 'M', 'S', 'p', 'P', 's', 'z', 'Z':
		return appendClock(dst, directive, t)
	case 'G', 'g', 'V', 'U', 'W', 'u', 'w', 'j':
		return appendWeek(dst, directive, t)
	}
	year, month, day := t.Date()
	switch directive {
	case 'a':
		return append(dst, t.Weekday().String()[:3]...)
	case 'A':
		return append(dst, t.Weekday().String()...)
	case 'b':
		return append(dst, month.String()[:3]...)
	case 'B':
		return append(dst, month.String()...)
	case 'C':
		return padded(dst, year/100, 2, '0')
	case 'd':
		return padded(dst, day, 2, '0')
	case 'e':
		return padded(dst, day, 2, ' ')
	case 'm':
		return padded(dst, int(month), 2, '0')
	case 'y':
		return padded(dst, year%100, 2, '0')
	}
	return padded(dst, year, 4, '0') // Y
}

func appendClock(dst []byte, directive byte, t time.Time) []byte {
	half := (t.Hour()+11)%12 + 1
	switch directive {
	case 'H':
		return padded(dst, t.Hour(), 2, '0')
	case 'I':
		return padded(dst, half, 2, '0')
	case 'k':
		return padded(dst, t.Hour(), 2, ' ')
	case 'l':
		return padded(dst, half, 2, ' ')
	case 'M':
		return padded(dst, t.Minute(), 2, '0')
	case 'S':
		return padded(dst, t.Second(), 2, '0')
	case 'p':
		return t.AppendFormat(dst, "PM")
	case 'P':
		return t.AppendFormat(dst, "pm")
	case 's':
		return strconv.AppendInt(dst, t.Unix(), 10)
	case 'Z':
		return t.AppendFormat(dst, "MST")
	}
	return t.AppendFormat(dst, "-0700") // z
}

func appendWeek(dst []byte, directive byte, t time.Time) []byte {
	isoYear, isoWeek := t.ISOWeek()
	weekday := int(t.Weekday())
	switch directive {
	case 'G':
		return padded(dst, isoYear, 4, '0')
	case 'g':
		return padded(dst, isoYear%100, 2, '0')
	case 'V':
		return padded(dst, isoWeek, 2, '0')
	case 'U': // weeks that begin with a Sunday
		return padded(dst, (t.YearDay()+6-weekday)/7, 2, '0')
	case 'W': // weeks that begin with a Monday
		return padded(dst, (t.YearDay()+6-(weekday+6)%7)/7, 2, '0')
	case 'u':
		return padded(dst, (weekday+6)%7+1, 1, '0')
	case 'w':
		return padded(dst, weekday, 1, '0')
	}
	return padded(dst, t.YearDay(), 3, '0') // j
}

func padded(dst []byte, n, width int, with byte) []byte {
	for limit := 10; width > 1; width-- {
		if n < limit {
			dst = append(dst, with)
		}
		limit *= 10
	}
	return strconv.AppendInt(dst, int64(n), 10)
}
