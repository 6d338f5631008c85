package timeparse

// Years that fit into nanoseconds since 1970.
const (
	firstYear = 1970
	lastYear  = 2261
)

// days is the number of days from 1970-01-01 to a date of the Gregorian calendar.
func days(year, month, day int) int64 {
	if month <= 2 {
		year--
		month += 12
	}
	y := int64(year)
	return 365*y + y/4 - y/100 + y/400 + int64(153*(month-3)+2)/5 + int64(day) - 719469
}

// yearOf is the year of a day counted from 1970-01-01.
func yearOf(day int64) int {
	y := int(floorDiv(day*400, 146097)) + 1970
	for days(y+1, 1, 1) <= day {
		y++
	}
	for days(y, 1, 1) > day {
		y--
	}
	return y
}

func monthDays(year, month int) int {
	switch month {
	case 2:
		if year%4 == 0 && (year%100 != 0 || year%400 == 0) {
			return 29
		}
		return 28
	case 4, 6, 9, 11:
		return 30
	}
	return 31
}

func validDate(year, month, day int) bool {
	return year >= firstYear && year <= lastYear && month >= 1 && month <= 12 && day >= 1 && day <= monthDays(year, month)
}

// two reads two digits; it gives -1 for anything else.
func two(s string, i int) int {
	a, b := s[i]-'0', s[i+1]-'0'
	if a > 9 || b > 9 {
		return -1
	}
	return int(a)*10 + int(b)
}

// padded reads two digits of which the first may be a space.
func padded(s string, i int) int {
	if s[i] == ' ' {
		if b := s[i+1] - '0'; b <= 9 {
			return int(b)
		}
		return -1
	}
	return two(s, i)
}

// four reads four digits; it gives -1 for anything else.
func four(s string, i int) int {
	a, b := two(s, i), two(s, i+2)
	if a < 0 || b < 0 {
		return -1
	}
	return a*100 + b
}

// month reads an English month of three letters; it gives 0 for anything else.
func month(s string, i int) int {
	switch s[i : i+3] {
	case "Jan":
		return 1
	case "Feb":
		return 2
	case "Mar":
		return 3
	case "Apr":
		return 4
	case "May":
		return 5
	case "Jun":
		return 6
	case "Jul":
		return 7
	case "Aug":
		return 8
	case "Sep":
		return 9
	case "Oct":
		return 10
	case "Nov":
		return 11
	case "Dec":
		return 12
	}
	return 0
}

// clock reads `hh:mm:ss` at i as seconds; 60 is a leap second. It gives -1 for anything else.
func clock(s string, i int) int64 {
	if len(s) < i+8 {
		return -1
	}
	h := padded(s, i)
	m := minutes(s, i+2)
	if h < 0 || h > 23 || m < 0 {
		return -1
	}
	return int64(h)*3600 + m
}

// minutes reads `:mm:ss` at i as seconds.
func minutes(s string, i int) int64 {
	if len(s) < i+6 || s[i] != ':' || s[i+3] != ':' {
		return -1
	}
	m, sec := two(s, i+1), two(s, i+4)
	if m < 0 || m > 59 || sec < 0 || sec > 60 {
		return -1
	}
	return int64(m*60 + sec)
}

// fraction reads `.ddd` or `,ddd` at i as nanoseconds; n is its length, 0 when there is none.
// Digits beyond the ninth are passed over.
func fraction(s string, i int) (ns int64, n int) {
	if i+1 >= len(s) || s[i] != '.' && s[i] != ',' || s[i+1]-'0' > 9 {
		return 0, 0
	}
	unit := int64(100_000_000)
	for n = 1; i+n < len(s) && s[i+n]-'0' <= 9; n++ {
		ns += unit * int64(s[i+n]-'0')
		unit /= 10
	}
	return ns, n
}

// offset reads `Z`, `+hh:mm`, `+hhmm` or `+hh` at i in seconds; n is its length, 0 when there is none.
func offset(s string, i int) (sec int64, n int) {
	if i >= len(s) {
		return 0, 0
	}
	if s[i] == 'Z' {
		return 0, 1
	}
	if s[i] != '+' && s[i] != '-' || len(s) < i+3 {
		return 0, 0
	}
	h := two(s, i+1)
	if h < 0 || h > 23 {
		return 0, 0
	}
	sec, n = int64(h)*3600, 3
	at := i + 3
	if at < len(s) && s[at] == ':' {
		at++
	}
	if len(s) >= at+2 {
		if m := two(s, at); m >= 0 && m <= 59 {
			sec += int64(m) * 60
			n = at + 2 - i
		}
	}
	if s[i] == '-' {
		sec = -sec
	}
	return sec, n
}
