package stdlib

import (
	"strings"
	"testing"
	"time"

	"lma_collector/collector/sandbox/lua"
)

// evaluate gives the results of an expression as text, joined by bars, or the error.
func evaluate(t testing.TB, expression string) string {
	t.Helper()
	in := lua.New(lua.Options{})
	defer in.Close()
	clock := func() time.Time { return time.Unix(1454500800, 999) }
	for _, m := range Modules(clock) {
		in.SetGlobal(m.Name, m.Open(in).Value())
	}
	fn, err := in.Load("test", []byte(`local function show(...)
  local out = {}
  for i = 1, select("#", ...) do out[i] = tostring((select(i, ...))) end
  return table.concat(out, "|")
end
return show(`+expression+`)`))
	if err != nil {
		return err.Error()
	}
	result := make([]lua.Value, 1)
	if err := in.Call(fn, result); err != nil {
		return err.Error()
	}
	return result[0].Text()
}

// TestResults has expressions with what C Lua 5.1 gives.
func TestResults(t *testing.T) {
	for expression, want := range map[string]string{
		// numbers and text
		`1e15, 2^53, 0.1 + 0.2, 1/3, -0.0, 1e100, 100000, 1e14, 12345678901234567`: "1e+15|9.007199254741e+15|0.3|0.33333333333333|-0|1e+100|100000|1e+14|1.2345678901235e+16",
		`math.huge, -math.huge, math.huge == 1/0, 123.0, -5`:                       "inf|-inf|true|123|-5",
		`nil, true, false`: "nil|true|false",
		`tostring(setmetatable({}, {__tostring = function() return "me" end}))`:                                                "me",
		`tonumber("1e3"), tonumber(" 0x10 "), tonumber("010"), tonumber("0b11"), tonumber("1_000")`:                            "1000|16|10|nil|nil",
		`tonumber("inf"), tonumber("nan") ~= tonumber("nan"), tonumber(""), tonumber(" "), tonumber("1 2"), tonumber("--1")`:   "inf|true|nil|nil|nil|nil",
		`tonumber("ff", 16), tonumber("0xff", 16), tonumber("zz", 36), tonumber("8", 8), tonumber("", 16), tonumber("101", 2)`: "255|255|1295|nil|nil|5",
		`tonumber({}), tonumber(nil), tonumber("0x"), tonumber("5."), tonumber(".5"), tonumber("1e"), tonumber("0x1p4")`:       "nil|nil|nil|5|0.5|nil|16",
		// format
		`string.format("%d %i %5d|%-5d|%05d|%+d|% d|%.3d", 3.7, -3, 42, 42, 42, 42, 42, 5)`:                      "3 -3    42|42   |00042|+42| 42|005",
		`string.format("%x %X %#x %o %u %x", 255, 255, 255, 8, 42, -1)`:                                          "ff FF 0xff 10 42 ffffffffffffffff",
		`string.format("%g %g %g %.3g %g %G", 0.1, 100000, 1e6, 1234.5, 1e20, 1e-10)`:                            "0.1 100000 1e+06 1.23e+03 1e+20 1E-10",
		`string.format("%f %.2f %5.1f|%-8.3f|%e %.0f", 1.5, 2.345, 3.14159, 2.5, 12345.678, 2.5)`:                "1.500000 2.35   3.1|2.500   |1.234568e+04 2",
		`string.format("%s %5s|%-5s|%.2s|%5.1s|%s", "a", "b", "c", "xyz", "xyz", 1.5)`:                           "a     b|c    |xy|    x|1.5",
		`string.format("%q", 'a"b\\c\nd\re\0f')`:                                                                 "\"a\\\"b\\\\c\\\nd\\re\\000f\"",
		`string.format("%c%c%%", 65, 200)`:                                                                       "A\xc8%",
		`string.format("%g %f %d", 1/0, -1/0, "10")`:                                                             "inf -inf 10",
		`string.format("%.14g", 0.1), string.format("%.3f", "1.5"), string.format("%5.2s|", "\195\169\195\169")`: "0.1|1.500|   \xc3\xa9|",
		`string.format("%")`:        "test:6: bad argument #2 to 'format' (no value)",
		`string.format("%", 1)`:     "test:6: invalid option '%' to 'format'",
		`string.format("%y", 1)`:    "test:6: invalid option '%y' to 'format'",
		`string.format("%d")`:       "test:6: bad argument #2 to 'format' (no value)",
		`string.format("%d", "x")`:  "test:6: bad argument #2 to 'format' (number expected, got string)",
		`string.format("%s", nil)`:  "test:6: bad argument #2 to 'format' (string expected, got nil)",
		`string.format("%123d", 1)`: "test:6: invalid format (width or precision too long)",
		// strings
		`string.upper("äbc"), string.lower("ÄBC"), string.upper("\255")`: "äBC|Äbc|\xff",
		`string.rep("ab", 3), string.rep("x", 0), string.rep("x", -1)`:   "ababab||",
		`string.rep("x", 1e10)`: "not enough memory",
		`string.char(), string.char(72, 105), pcall(string.char, 256)`:                          "|Hi|false|bad argument #1 to 'char' (invalid value)",
		`("x"):upper(), #string.format("%99d", 1)`:                                              "X|99",
		`string.find("abc", "b"), string.gsub("hello", "l", "L"), ("k=v"):match("(%w+)=(%w+)")`: "2|heLLo|k|v",
		// tables
		`table.concat({1, 2.5, "x"}, ", "), table.concat({}), table.concat({1,2,3}, "-", 2, 3)`: "1, 2.5, x||2-3",
		`table.concat({1, {}, 3})`:               "test:6: invalid value (table) at index 2 in table for 'concat'",
		`table.getn({1,2}), table.maxn({[5]=1})`: "2|5",
		`(function() local n = 0; table.foreach({1,2,x=3}, function(k, v) n = n + v end); return n end)()`:      "6",
		`(function() return table.foreachi({1,2,3}, function(i, v) if i == 2 then return "two" end end) end)()`: "two",
		`pcall(table.setn, {}, 1)`: "false|'setn' is obsolete",
		// math
		`math.pi, math.mod(7, 3), math.floor(-1.5), math.fmod(-7, 3), math.mod == math.fmod`: "3.1415926535898|1|-2|-1|true",
		// the differences of gopher-lua that would give wrong results without an error
		`pcall(string.format, "%s", {})`:                                                                                                      "false|bad argument #2 to 'format' (string expected, got table)",
		`string.format("%g %g", 0.1 + 0.2, 1/3)`:                                                                                              "0.3 0.333333",
		`string.format("%u %d", 3, "0x10"), pcall(string.format, "%d", "ten")`:                                                                "3 16|false|bad argument #2 to 'format' (number expected, got string)",
		`#string.format("%c", 200), string.format("%.2s", "\195\169x") == "\195\169"`:                                                         "1|true",
		`string.format("%d %5.1f|%x", -1/0, 0/0 ~= 0/0 and 1/0, -1)`:                                                                          "-9223372036854775808   inf|ffffffffffffffff",
		`pcall(string.gsub, "ab", "%w", {a = {}})`:                                                                                            "false|invalid replacement value (a table)",
		`pcall(string.gsub, "ab", "%w", function() return true end)`:                                                                          "false|invalid replacement value (a boolean)",
		`string.gsub("ab", "%w", 5)`:                                                                                                          "55|2",
		`string.gsub("ab", "%w", "%x%%"), string.gsub("ab", "%w", {a = false, b = 1.5})`:                                                      "x%x%|a1.5|2",
		`string.gmatch("aaa", "^a")(), string.gmatch("^a", "^a")(), string.gfind == string.gmatch`:                                            "nil|^a|true",
		`string.find("x", "", 10), string.find("", ""), string.find("abc", "b", -1), string.find("abc", "", 4)`:                               "2|1|nil|4|3",
		`string.find("THE (quick) fox", "%f[%a]%a+%f[%A]", 5), string.find("a", "%f[%z]")`:                                                    "6|2|1",
		`pcall(string.find, "a", "%")`:                                                                                                        "false|malformed pattern (ends with '%')",
		`string.find("a\0b", "\0b"), string.find("a.b", ".", 1, true), ("x"):rep(3, ",")`:                                                     "2|2|xxx",
		`string.upper("\195\164\255z") == "\195\164\255Z", string.len("\195\164")`:                                                            "true|2",
		`math.huge == 1/0, math.huge == -math.huge, -math.huge`:                                                                               "true|false|-inf",
		`math.max(1, 3, 2), math.min(2, 1), pcall(math.max)`:                                                                                  "3|1|false|bad argument #1 to 'max' (number expected, got no value)",
		`math.modf(-3.5), math.frexp(8), math.ldexp(0.5, 4), math.log10(1000) == 3, math.fmod(-7, 3)`:                                         "-3|0.5|8|true|-1",
		`math.modf(1/0), select(2, math.modf(1/0)), math.deg(math.pi), math.rad(180) == math.pi`:                                              "inf|0|180|true",
		`pcall(math.random, 0), pcall(math.random, 2, 1)`:                                                                                     "false|false|bad argument #2 to 'random' (interval is empty)",
		`(function() for i = 1, 1000 do local r = math.random(3, 5) if r < 3 or r > 5 or r % 1 ~= 0 then return r end end return "in" end)()`: "in",
		`(function() local s = "" for i = 1, 3 do s = s .. math.random(1000) .. " " end return s end)()`:                                      "841 395 784 ",
		`(function() math.randomseed(7) local a = math.random() math.randomseed(7) return a == math.random(), a >= 0 and a < 1 end)()`:        "true|true",
		`table.getn({1, 2}), (function() local t = {1} table.insert(t, 5, "x") return t[5], t[2] end)()`:                                      "2|x|nil",
		`pcall(table.insert, {}, 1, 2, 3), table.remove({}), table.remove({1, 2, 3}, 1)`:                                                      "false|nil|1",
		`pcall(table.concat, {1, nil, 3}, "", 1, 3)`:                                                                                          "false|invalid value (nil) at index 2 in table for 'concat'",
		`pcall(table.concat, {}, "", 1, 1)`:                                                                                                   "false|invalid value (nil) at index 1 in table for 'concat'",
		`pcall(table.sort, {1, "x"})`:                                                                                                         "false|attempt to compare string with number",
		`pcall(table.sort, {{}, {}})`:                                                                                                         "false|attempt to compare two table values",
		`pcall(table.sort, {1, 2, 3, 4, 5, 6}, function() return true end)`:                                                                   "false|invalid order function for sorting",
		`(function() local lt = {__lt = function(a, b) return a.n < b.n end} local t = {} for i = 1, 3 do t[i] = setmetatable({n = -i}, lt) end table.sort(t) return t[1].n, t[3].n end)()`: "-3|-1",
		// os
		`os.date("%c", 0), os.date("%x", 0), os.date("%a", 0), os.date("!%Z"), os.date("%Z")`:                                            "Thu Jan  1 00:00:00 1970|01/01/70|Thu|GMT|UTC",
		`os.date("%Ey %Od"), pcall(os.date, "ok %Ez x")`:                                                                                 "16 03|false|bad argument #1 to 'date' (invalid conversion specifier '%Ez x')",
		`pcall(os.date, "%"), pcall(os.date, "%P")`:                                                                                      "false|false|bad argument #1 to 'date' (invalid conversion specifier '%P')",
		`os.time({year=2016, month=2, day=3, hour=12, min=0, sec=0, isdst=false}), os.time({year=1970, month=1, day=1, hour=0, sec=-1})`: "1454500800|nil",
		`pcall(os.time, {year=2016, day=1}), pcall(os.time, {month=1, day=1})`:                                                           "false|false|field 'year' missing in date table",
		`os.difftime(5.9, 3.2), os.difftime(5)`:                                                                                          "2|5",
		`os.time(), os.time({year=2016, month=2, day=3}), os.time({year=2016, month=14, day=3, hour=0, min=-1, sec=5})`:                  "1454500800|1454500800|1486079945",
		`os.date("%Y-%m-%d %H:%M:%S", 0), os.date("!%c", 1454500800), os.date("%x %X %p", 50000)`:                                        "1970-01-01 00:00:00|Wed Feb  3 12:00:00 2016|01/01/70 13:53:20 PM",
		`os.date("%a %A %b %B %C %d %D %e %F %g %G %h %I %j %k %l %M %n%t%%", 1454500800)`:                                               "Wed Wednesday Feb February 20 03 02/03/16  3 2016-02-03 16 2016 Feb 12 034 12 12 00 \n\t%",
		`os.date("%r %R %s %S %T %u %U %V %w %W %y %Y %z %Z %Ey", 1454500800)`:                                                           "12:00:00 PM 12:00 1454500800 00 12:00:00 3 05 05 3 05 16 2016 +0000 UTC 16",
		`os.date("%Q")`: "test:6: bad argument #1 to 'date' (invalid conversion specifier '%Q')",
		`os.date("*t", 1454500800).yday, os.date("*t", 0).wday, os.date("*t").isdst`:      "34|5|false",
		`os.difftime(5, 3), os.execute, os.getenv, os.exit, os.remove`:                    "2|nil|nil|nil|nil",
		`os.time({year=2016, month=2})`:                                                   "test:6: field 'day' missing in date table",
		`loadstring, dofile, load, print, coroutine, collectgarbage, newproxy, debug, io`: "nil|nil|nil|nil|nil|nil|nil|nil|nil",
	} {
		if got := evaluate(t, expression); plain(got) != plain(want) {
			t.Errorf("%s\ngot  %q\nwant %q", expression, got, want)
		}
	}
}

// TestLibraryContents compares each library with the list that scripts of each kind rely on.
func TestLibraryContents(t *testing.T) {
	const clockOnly, files, everything = "clock date difftime time", "clock date difftime execute getenv remove rename time tmpname",
		"clock date difftime execute exit getenv remove rename setlocale time tmpname"
	for reach, osNames := range map[Reach]string{ReachClock: clockOnly, ReachFiles: files, ReachAll: everything} {
		want := map[string]string{
			"math":   "abs acos asin atan atan2 ceil cos cosh deg exp floor fmod frexp huge ldexp log log10 max min mod modf pi pow rad random randomseed sin sinh sqrt tan tanh",
			"os":     osNames,
			"string": "byte char dump find format gfind gmatch gsub len lower match rep reverse sub upper",
			"table":  "concat foreach foreachi getn insert maxn remove setn sort",
		}
		if reach > ReachClock {
			want["io"] = "close flush input lines open output popen read stderr stdin stdout tmpfile type write"
		}
		m := newMachine(t, Options{Reach: reach})
		for library, names := range want {
			got := m.results(t, `local n = {} for k in pairs(`+library+`) do n[#n+1] = k end table.sort(n) return table.concat(n, " ")`)
			if got != "'"+names+"'" {
				t.Errorf("%s\ngot  %s\nwant %s", library, got, names)
			}
		}
		if got := m.results(t, "return io ~= nil"); got != map[bool]string{true: "true", false: "false"}[want["io"] != ""] {
			t.Errorf("io of %d: %s", reach, got)
		}
	}
}

// TestPlainDates has what os.date of a plain interpreter does differently: it goes by C's strftime,
// and by the local time.
func TestPlainDates(t *testing.T) {
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Skip("no time zones: ", err)
	}
	m := newMachine(t, Options{Reach: ReachAll, Zone: berlin, Clock: func() time.Time { return time.Unix(1454500800, 0) }})
	for source, want := range map[string]string{
		`return os.date("%Q %E %P %"), os.date("%H %Z %z"), os.date("!%H %Z %z")`:                                                                                            `'%Q %E pm %'|'13 CET +0100'|'12 GMT +0000'`,
		`return os.date("*t", 1467331200).isdst, os.date("*t", 1467331200).hour, os.date("!*t", 0).hour`:                                                                     `true|2|0`,
		`return os.time{year=2016, month=7, day=1, hour=2}, os.time{year=2016, month=7, day=1, hour=2, isdst=true}, os.time{year=2016, month=7, day=1, hour=2, isdst=false}`: `1467331200|1467331200|1467334800`,
		`return os.time{year=2016, month=1, day=1, hour=1}, os.time{year=2016, month=1, day=1, hour=1, isdst=true}`:                                                          `1451606400|1451602800`,
		`return os.time(os.date("*t", 1467331200)), os.time(os.date("*t"))`:                                                                                                  `1467331200|1454500800`,
	} {
		if got := m.results(t, source); got != want {
			t.Errorf("%s\ngot  %s\nwant %s", source, got, want)
		}
	}
}

// FuzzFormat gives string.format anything: it must end with a text or an error.
func FuzzFormat(f *testing.F) {
	for _, format := range []string{"%d", "%-5.3d|", "%5s%q", "%c", "%#x", "%+.3e", "%099.99f", "%g%%", "%", "%----------d", "%1.1.1d", "%\x00"} {
		f.Add(format, "12", 1.5)
	}
	m := newMachine(f, Options{})
	f.Fuzz(func(t *testing.T, format, text string, number float64) {
		m.SetGlobal("A", lua.String(format))
		m.SetGlobal("B", lua.String(text))
		m.SetGlobal("C", lua.Number(number))
		for _, call := range []string{"A, B, C, B, C", "A, C, B, C, B"} {
			got := m.results(t, "return string.format("+call+")")
			if !strings.HasPrefix(got, "'") && !strings.HasPrefix(got, "error: chunk:1: ") {
				t.Fatalf("%q with %q and %v: %s", format, text, number, got)
			}
		}
	})
}

// FuzzDate gives os.date anything.
func FuzzDate(f *testing.F) {
	f.Add("%c", 0.0)
	f.Add("!*t", 1e300)
	f.Add("%Ey%Od%E", -1e15)
	machines := []*machine{newMachine(f, Options{}), newMachine(f, Options{Reach: ReachAll})}
	f.Fuzz(func(t *testing.T, format string, when float64) {
		for _, m := range machines {
			m.SetGlobal("A", lua.String(format))
			m.SetGlobal("B", lua.Number(when))
			if got := m.results(t, "return os.date(A, B)"); strings.HasPrefix(got, "error: ") && !strings.Contains(got, "invalid conversion specifier '%") {
				t.Fatalf("%q %v: %s", format, when, got)
			}
		}
	})
}
