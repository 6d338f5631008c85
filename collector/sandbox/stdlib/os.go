package stdlib

import (
	"math"
	"time"

	"lma_collector/collector/sandbox/lua"
)

// openOS is the part of os that reaches nothing but the clock. All times are UTC.
func openOS(in lua.Interp, clock Clock) lua.Table {
	started := time.Now()
	return library(in, "", nil, map[string]lua.Function{
		"clock":    func(c lua.Call) { c.PushNumber(time.Since(started).Seconds()) },
		"date":     func(c lua.Call) { osDate(c, clock) },
		"time":     func(c lua.Call) { osTime(c, clock) },
		"difftime": osDifftime,
	})
}

func osDifftime(c lua.Call) {
	a := lua.CheckNumber(c, 1, "difftime")
	if !c.Arg(2).IsNil() {
		a -= lua.CheckNumber(c, 2, "difftime")
	}
	c.PushNumber(a)
}

func osTime(c lua.Call, clock Clock) {
	if c.Arg(1).IsNil() {
		c.PushNumber(float64(clock().Unix()))
		return
	}
	t := lua.CheckTable(c, 1, "time")
	field := func(name string, missing int) int {
		f, ok := t.Get(name).AsNumber()
		if !ok && missing < 0 {
			c.Raise("field '" + name + "' missing in date table")
		}
		if !ok {
			return missing
		}
		return int(max(min(f, math.MaxInt32), math.MinInt32))
	}
	sec, minute, hour := field("sec", 0), field("min", 0), field("hour", 12)
	day, month, year := field("day", -1), field("month", -1), field("year", -1)
	c.PushNumber(float64(time.Date(year, time.Month(month), day, hour, minute, sec, 0, time.UTC).Unix()))
}

func osDate(c lua.Call, clock Clock) {
	format := "%c"
	if !c.Arg(1).IsNil() {
		format = lua.CheckText(c, 1, "date")
	}
	t := clock()
	if !c.Arg(2).IsNil() {
		t = time.Unix(int64(lua.CheckInt(c, 2, "date")), 0)
	}
	t = t.UTC()
	if format != "" && format[0] == '!' {
		format = format[1:]
	}
	if len(format) >= 2 && format[:2] == "*t" {
		c.Push(dateTable(c.Interp(), t).Value())
		return
	}
	out, bad := appendTime(nil, format, t)
	if bad != "" {
		lua.BadArgument(c, 1, "date", "invalid conversion specifier '%"+bad+"'")
	}
	c.PushText(string(out))
}

func dateTable(in lua.Interp, t time.Time) lua.Table {
	d := in.NewTable(0, 9)
	for name, n := range map[string]int{
		"sec": t.Second(), "min": t.Minute(), "hour": t.Hour(), "day": t.Day(), "month": int(t.Month()), "year": t.Year(),
		"wday": int(t.Weekday()) + 1, "yday": t.YearDay(),
	} {
		d.Set(name, lua.Number(float64(n)))
	}
	d.Set("isdst", lua.Bool(false))
	return d
}
