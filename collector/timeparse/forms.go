package timeparse

const nano = 1_000_000_000

// DateTime reads `YYYY-MM-DD hh:mm:ss` with an optional fraction after a point or comma and an
// optional zone directly behind it (`Z`, `+hh:mm`, `+hhmm`, `+hh`). The separator is a space or T;
// the hour may be padded with a space. n is the number of bytes read.
func (z *Zone) DateTime(s string) (ns int64, n int, ok bool) {
	if len(s) < 19 {
		return 0, 0, false
	}
	if s[:13] != string(z.written[:]) && !z.readHour(s) {
		return 0, 0, false
	}
	m := minutes(s, 13)
	if m < 0 {
		return 0, 0, false
	}
	civil := z.civil + m
	n = 19
	frac, size := fraction(s, n)
	n += size
	if off, size := offset(s, n); size > 0 {
		z.last = civil - off
		return (civil-off)*nano + frac, n + size, true
	}
	return z.instant(civil)*nano + frac, n, true
}

func (z *Zone) readHour(s string) bool {
	if s[4] != '-' || s[7] != '-' || s[10] != ' ' && s[10] != 'T' {
		return false
	}
	year, mon, day, h := four(s, 0), two(s, 5), two(s, 8), padded(s, 11)
	if !validDate(year, mon, day) || h < 0 || h > 23 {
		return false
	}
	copy(z.written[:], s)
	z.civil = days(year, mon, day)*86400 + int64(h)*3600
	return true
}

// Stamp reads the year-less `Mmm dd hh:mm:ss` of RFC 3164, with an optional fraction, the day in
// one digit or padded. The year is the one that brings it nearest to now (ns since 1970); some
// devices write the year behind the day, which is then taken.
func (z *Zone) Stamp(s string, now int64) (ns int64, n int, ok bool) {
	if len(s) < 14 || s[3] != ' ' {
		return 0, 0, false
	}
	mon := month(s, 0)
	if mon == 0 {
		return 0, 0, false
	}
	day, n := dayOfMonth(s, 4)
	if n == 0 || n >= len(s) || s[n] != ' ' {
		return 0, 0, false
	}
	n++
	year := -1
	if len(s) >= n+5 && s[n+4] == ' ' {
		if year = four(s, n); year >= 0 {
			n += 5
		}
	}
	sec := clock(s, n)
	if sec < 0 {
		return 0, 0, false
	}
	n += 8
	frac, size := fraction(s, n)
	if year < 0 {
		year = nearestYear(mon, day, sec, floorDiv(now, nano))
	}
	if !validDate(year, mon, day) {
		return 0, 0, false
	}
	return z.instant(days(year, mon, day)*86400+sec)*nano + frac, n + size, true
}

// dayOfMonth reads one or two digits, or a space and a digit; next is 0 when there are none.
func dayOfMonth(s string, i int) (day, next int) {
	if day = padded(s, i); day >= 0 {
		return day, i + 2
	}
	if d := s[i] - '0'; d <= 9 {
		return int(d), i + 1
	}
	return 0, 0
}

// nearestYear is the year in which a date lies nearest to now (in seconds); 0 when it exists in none.
func nearestYear(mon, day int, sec, now int64) int {
	this, best, distance := yearOf(floorDiv(now, 86400)), 0, int64(-1)
	for year := this - 4; year <= this+4; year++ {
		if year != this && (year < this-1 || year > this+1) && !(mon == 2 && day == 29) {
			continue
		}
		if !validDate(year, mon, day) {
			continue
		}
		d := days(year, mon, day)*86400 + sec - now
		if d < 0 {
			d = -d
		}
		if distance < 0 || d < distance {
			best, distance = year, d
		}
	}
	return best
}

// Compact reads MySQL 5.5's `YYMMDD hh:mm:ss`, the hour in one digit or padded.
func (z *Zone) Compact(s string) (ns int64, n int, ok bool) {
	if len(s) < 14 || s[6] != ' ' {
		return 0, 0, false
	}
	yy, mon, day := two(s, 0), two(s, 2), two(s, 4)
	year := yy + 2000
	if yy >= 70 {
		year = yy + 1900
	}
	if yy < 0 || !validDate(year, mon, day) {
		return 0, 0, false
	}
	n = 7
	sec := clock(s, n)
	switch {
	case sec >= 0:
		n += 8
	case s[n]-'0' <= 9:
		m := minutes(s, n+1)
		if m < 0 {
			return 0, 0, false
		}
		sec = int64(s[n]-'0')*3600 + m
		n += 7
	default:
		return 0, 0, false
	}
	return z.instant(days(year, mon, day)*86400+sec) * nano, n, true
}

// Erlang reads `d-Mmm-YYYY::hh:mm:ss` with an optional fraction, the day in one or two digits.
func (z *Zone) Erlang(s string) (ns int64, n int, ok bool) {
	if len(s) < 20 {
		return 0, 0, false
	}
	day, n := dayOfMonth(s, 0)
	if n == 0 || len(s) < n+18 || s[n] != '-' || s[n+4] != '-' || s[n+9] != ':' || s[n+10] != ':' {
		return 0, 0, false
	}
	mon, year, sec := month(s, n+1), four(s, n+5), int64(-1)
	if two(s, n+11) >= 0 {
		sec = clock(s, n+11)
	}
	if sec < 0 || !validDate(year, mon, day) {
		return 0, 0, false
	}
	n += 19
	frac, size := fraction(s, n)
	return z.instant(days(year, mon, day)*86400+sec)*nano + frac, n + size, true
}

// Asctime reads C's `Www Mmm dd hh:mm:ss YYYY`. The name of the day is not checked.
func (z *Zone) Asctime(s string) (ns int64, n int, ok bool) {
	if len(s) < 24 || s[3] != ' ' || s[7] != ' ' || s[10] != ' ' || s[19] != ' ' {
		return 0, 0, false
	}
	mon, day, sec, year := month(s, 4), padded(s, 8), clock(s, 11), four(s, 20)
	if sec < 0 || !validDate(year, mon, day) {
		return 0, 0, false
	}
	return z.instant(days(year, mon, day)*86400+sec) * nano, 24, true
}

// Epoch reads a number since 1970: of seconds (up to 11 digits), milliseconds (to 14), microseconds
// (to 17) or nanoseconds, told apart by their length, with an optional fraction of seconds.
func Epoch(s string) (ns int64, n int, ok bool) {
	for n < len(s) && s[n]-'0' <= 9 {
		if n == 19 {
			return 0, 0, false
		}
		ns = ns*10 + int64(s[n]-'0')
		n++
	}
	switch {
	case n == 0 || n < 9 || n == 19 && ns < 0:
		return 0, 0, false
	case n <= 11:
		if ns > (1<<63-1)/nano-1 {
			return 0, 0, false
		}
		frac, size := fraction(s, n)
		return ns*nano + frac, n + size, true
	case n <= 14:
		ns *= 1_000_000
	case n <= 17:
		ns *= 1000
	}
	return ns, n, ns >= 0
}
