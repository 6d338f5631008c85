package strftime

import (
	"testing"
	"time"
)

func at(t *testing.T, text string) int64 {
	t.Helper()
	tm, err := time.Parse(time.RFC3339Nano, text)
	if err != nil {
		t.Fatal(err)
	}
	return tm.UnixNano()
}

func TestAppend(t *testing.T) {
	f := func(format, when, want string) {
		t.Helper()
		c, err := Compile(format, time.UTC)
		if err != nil {
			t.Fatal(err)
		}
		if got := string(c.Append(nil, at(t, when))); got != want {
			t.Errorf("%s of %s is %q, want %q", format, when, got, want)
		}
	}
	// The expectations are what date(1) prints in the C locale.
	const when = "2016-02-03T04:05:06.123456789Z"
	f("%Y-%m-%dT%H:%M:%S%z", when, "2016-02-03T04:05:06+0000")
	f("%a %A %b %B %h", when, "Wed Wednesday Feb February Feb")
	f("%c|%D|%F|%R|%r|%T|%x|%X|%v", when, "Wed Feb  3 04:05:06 2016|02/03/16|2016-02-03|04:05|04:05:06 AM|04:05:06|02/03/16|04:05:06| 3-Feb-2016")
	f("%C %y %e %I %k %l %p %P %Z %s", when, "20 16  3 04  4  4 AM am UTC 1454472306")
	f("%G %g %V %U %W %u %w %j", when, "2016 16 05 05 05 3 3 034")
	f("%L %f %N", when, "123 123456 123456789")
	f("100%%%n%t.", when, "100%\n\t.")
	f("", when, "")
	f("plain", when, "plain")
	f("%I %l %p %k", "2016-02-03T00:00:00Z", "12 12 AM  0")
	f("%I %l %P", "2016-02-03T12:30:00Z", "12 12 pm")
	f("%G-%V %U %W %u %w", "2016-01-03T23:59:59Z", "2015-53 01 00 7 0")
	f("%G-%V %U %W %j", "2018-12-31T00:00:00Z", "2019-01 52 53 365")
	f("%F %T.%N", "1969-12-31T23:59:59.999999999Z", "1969-12-31 23:59:59.999999999")
}

// A format must not show the text of a moment before.
func TestTextsFollowTheTime(t *testing.T) {
	zone := time.FixedZone("", 5*3600+30*60)
	for _, format := range []string{"%F", "%T", "%F %T.%L", "%H"} {
		for _, loc := range []*time.Location{time.UTC, zone} {
			reused, err := Compile(format, loc)
			if err != nil {
				t.Fatal(err)
			}
			start := at(t, "1969-12-30T22:00:00Z")
			for i := range int64(4000) {
				ns := start + i*73_333_333_331
				fresh, _ := Compile(format, loc)
				got, want := string(reused.Append(nil, ns)), string(fresh.Append(nil, ns))
				if got != want {
					t.Fatalf("%s at %d: %q, want %q", format, ns, got, want)
				}
			}
		}
	}
}

func TestSame(t *testing.T) {
	const ns = int64(1454500800123456789)
	f := func(format string, want ...bool) {
		t.Helper()
		c, err := Compile(format, time.UTC)
		if err != nil {
			t.Fatal(err)
		}
		if c.Same(ns) {
			t.Errorf("%s: the same as nothing", format)
		}
		c.Append(nil, ns)
		for i, step := range []int64{0, 5e8, 1e9, 86400e9} {
			if got := c.Same(ns + step); got != want[i] {
				t.Errorf("%s: %d ns later: %v", format, step, got)
			}
		}
	}
	f("%F", true, true, true, false)
	f("%T", true, true, false, false)
	f("%T.%L", false, false, false, false)
}

func TestCompileErrors(t *testing.T) {
	f := func(format, want string) {
		t.Helper()
		if _, err := Compile(format, time.UTC); err == nil || err.Error() != want {
			t.Errorf("%s: got %v, want %s", format, err, want)
		}
	}
	f("%Y%", "ends with a lone %; write %% for a percent sign")
	f("%Q", "%Q is no strftime directive; there are aAbBcCdDeFfgGhHIjklLmMnNpPrRsStTuUvVwWxXyYzZ%")
}

func FuzzCompile(f *testing.F) {
	for _, s := range []string{"%Y-%m-%dT%H:%M:%S%z", "%", "%%", "%c%L", "ü%"} {
		f.Add(s, int64(0))
	}
	f.Fuzz(func(t *testing.T, format string, ns int64) {
		c, err := Compile(format, time.UTC)
		if err != nil {
			return
		}
		for _, step := range []int64{0, 1, 5e8, 1e9, 3600e9, -1} {
			before := string(c.Append(nil, ns))
			if same := c.Same(ns + step); same && string(c.Append(nil, ns+step)) != before {
				t.Errorf("%d and %d have not the same text %q", ns, ns+step, before)
			}
		}
		if a, b := string(c.Append(nil, ns)), string(c.Append(nil, ns)); a != b {
			t.Errorf("%q, then %q", a, b)
		}
	})
}

func BenchmarkAppend(b *testing.B) {
	c, _ := Compile("%Y-%m-%dT%H:%M:%S%z", time.UTC)
	for name, step := range map[string]int64{"same second": 0, "new second": 1e9} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			var buf [64]byte
			ns := int64(1454472306 * 1e9)
			for range b.N {
				c.Append(buf[:0], ns)
				ns += step
			}
		})
	}
}
