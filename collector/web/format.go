package web

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"lma_collector/collector/health"
)

// lasted writes a duration as people say it: "12 s", "4 min", "3 h", "2 d".
func lasted(d time.Duration) string {
	switch {
	case d < 0:
		return "0 s"
	case d < time.Minute:
		return fmt.Sprintf("%d s", int(d.Seconds()))
	case d < time.Hour:
		return fmt.Sprintf("%d min", int(d.Minutes()))
	case d < 48*time.Hour:
		return fmt.Sprintf("%d h", int(d.Hours()))
	}
	return fmt.Sprintf("%d d", int(d.Hours()/24))
}

// clock writes a moment as its time of day, with the date where that is not now's.
func clock(t, now time.Time) string {
	t = t.In(now.Location())
	y1, m1, d1 := t.Date()
	if y2, m2, d2 := now.Date(); y1 == y2 && m1 == m2 && d1 == d2 {
		return t.Format(time.TimeOnly)
	}
	return t.Format("2006-01-02 15:04")
}

// perSecond writes a rate with two or three digits.
func perSecond(v float64) string { return short(v, 1000, " k", " M", " G") }

// bytesText writes a number of bytes with two or three digits.
func bytesText(v float64) string {
	if v < 1024 {
		return short(v, 1024) + " B"
	}
	return short(v, 1024, " KiB", " MiB", " GiB", " TiB")
}

func short(v, step float64, units ...string) string {
	unit := ""
	for _, u := range units {
		if math.Abs(v) < step {
			break
		}
		v, unit = v/step, u
	}
	if v != math.Trunc(v) && math.Abs(v) < 9.95 {
		return strconv.FormatFloat(v, 'f', 1, 64) + unit
	}
	return strconv.FormatFloat(v, 'f', 0, 64) + unit
}

// count writes a number with its thousands apart.
func count[T int | int64 | uint64](n T) string {
	digits := strconv.FormatInt(int64(n), 10)
	sign := ""
	if n < 0 {
		sign, digits = "-", digits[1:]
	}
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + "\u202f" + digits[i:]
	}
	return sign + digits
}

// plural writes a number with its word.
func plural(n int, word string) string {
	if n == 1 {
		return "1 " + word
	}
	return count(n) + " " + word + "s"
}

// words makes words of a snake_case name, without the unit that amount writes.
func words(name string) string { return strings.ReplaceAll(strings.TrimSuffix(name, "_ns"), "_", " ") }

// amount writes the value of a number whose name tells its unit.
func amount(name string, v int64) string {
	switch {
	case strings.HasSuffix(name, "_ns"):
		return spent(float64(v))
	case strings.HasSuffix(name, "bytes"):
		return bytesText(float64(v))
	}
	return count(v)
}

// amountPerSecond writes how much was added each second.
func amountPerSecond(name string, v float64) string {
	switch {
	case strings.HasSuffix(name, "_ns"):
		return spent(v)
	case strings.HasSuffix(name, "bytes"):
		return bytesText(v)
	}
	return perSecond(v)
}

// spent writes nanoseconds.
func spent(ns float64) string {
	switch {
	case ns >= float64(time.Minute):
		return lasted(time.Duration(ns))
	case ns < 1000:
		return short(ns, 1000) + " ns"
	}
	return short(ns, 1000, " µs", " ms", " s")
}

// unitless is the help of a number as amount shows it.
func unitless(help string) string { return strings.Replace(help, "nanoseconds", "time", 1) }

// rule writes the rule behind an alarm: "min(fs_space_percent_free fs=/var) = 4 < 5".
func rule(a health.AlarmState) string {
	if a.Metric == "" || a.Function == "" || a.Operator == "" {
		return ""
	}
	var b strings.Builder
	b.WriteString(a.Function + "(" + a.Metric)
	for _, name := range sortedKeys(a.Fields) {
		fmt.Fprintf(&b, " %s=%v", name, a.Fields[name])
	}
	b.WriteString(") ")
	if !noData(a) {
		fmt.Fprintf(&b, "= %s ", number(a.Value))
	}
	b.WriteString(a.Operator + " " + number(a.Threshold))
	return clean(b.String())
}

// noData tells whether an alarm is about values that did not come; the engine reports -1 then.
func noData(a health.AlarmState) bool {
	return a.Value == -1 && strings.HasPrefix(a.Message, "No ")
}

func number(v float64) string {
	if v == math.Trunc(v) && math.Abs(v) < 1e15 {
		return strconv.FormatFloat(v, 'f', 0, 64)
	}
	return strconv.FormatFloat(v, 'g', 4, 64)
}
