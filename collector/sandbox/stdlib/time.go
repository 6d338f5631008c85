package stdlib

import (
	"strings"
	"time"

	"lma_collector/collector/message"
	"lma_collector/collector/sandbox/lua"
)

// The times whose year C can hold.
const (
	earliest = -67768040609740800
	latest   = 67768036191676799
)

func (l *Libraries) osTime(c *lua.Call) {
	if c.Kind(1) <= lua.KindNil {
		c.PushNumber(float64(l.options.Clock().Unix()))
		return
	}
	lua.CheckTable(c, 1, "time")
	table := c.Arg(1)
	field := func(name string, missing int) int {
		f, ok := index(c, table, lua.String(name)).AsNumber()
		if !ok && missing < 0 {
			c.Raise("field '" + name + "' missing in date table")
		}
		if !ok {
			return missing
		}
		return int(int32(toInteger(f)))
	}
	sec, minute, hour := field("sec", 0), field("min", 0), field("hour", 12)
	day, month, year := field("day", -1), field("month", -1), field("year", -1)
	t := time.Date(year, time.Month(month), day, hour, minute, sec, 0, l.options.Zone)
	if summer := index(c, table, lua.String("isdst")); !summer.IsNil() && summer.Truth() != t.IsDST() {
		c.Spend(100)
		t = t.Add(otherOffset(t, summer.Truth()))
	}
	unix := t.Unix()
	if unix == -1 || unix < earliest || unix > latest {
		c.PushNil()
		return
	}
	c.PushNumber(float64(unix))
}

// otherOffset is what to add to a time whose fields were meant in summer time and are not, or the
// other way round. Where the zone knows only one of both near that time it is an hour.
func otherOffset(t time.Time, summer bool) time.Duration {
	_, have := t.Zone()
	for days := 7; days <= 371; days += 7 {
		for _, d := range [...]int{-days, days} {
			if other := t.AddDate(0, 0, d); other.IsDST() == summer {
				_, want := other.Zone()
				return time.Duration(have-want) * time.Second
			}
		}
	}
	if summer {
		return -time.Hour
	}
	return time.Hour
}

func (l *Libraries) osDate(c *lua.Call) {
	format := optText(c, 1, "date", "%c")
	unix := 0
	if c.Kind(2) > lua.KindNil {
		unix = toInteger(lua.CheckNumber(c, 2, "date"))
	} else {
		unix = int(l.options.Clock().Unix())
	}
	format, _, _ = strings.Cut(format, "\x00")
	t, zone := time.Unix(int64(unix), 0), ""
	if rest, ok := strings.CutPrefix(format, "!"); ok {
		format, t, zone = rest, t.UTC(), "GMT"
	} else {
		t = t.In(l.options.Zone)
	}
	if unix < earliest || unix > latest {
		c.PushNil()
		return
	}
	if format == "*t" {
		c.Spend(4)
		c.Push(dateTable(c.Interp(), t).Value())
		return
	}
	c.Spend(2 * len(format))
	c.Need(len(format) * 16)
	d := newDateText(t)
	d.zone, d.strict = zone, l.options.Reach < ReachAll
	if bad := d.format(format); bad != "" {
		lua.BadArgument(c, 1, "date", "invalid conversion specifier '"+bad+"'")
	}
	c.PushView(message.View(d.out))
}

func dateTable(in *lua.Interp, t time.Time) *lua.Table {
	d := in.NewTable(0, 9)
	set := func(name string, n int) { d.Set(name, lua.Number(float64(n))) }
	set("sec", t.Second())
	set("min", t.Minute())
	set("hour", t.Hour())
	set("day", t.Day())
	set("month", int(t.Month()))
	set("year", t.Year())
	set("wday", int(t.Weekday())+1)
	set("yday", t.YearDay())
	d.Set("isdst", lua.Bool(t.IsDST()))
	return d
}
