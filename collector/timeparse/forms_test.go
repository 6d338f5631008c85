package timeparse

import (
	"testing"
	"time"
)

func mustZone(t testing.TB, name string) *Zone {
	t.Helper()
	z, err := NewZone(name)
	if err != nil {
		t.Fatal(err)
	}
	return z
}

func at(t testing.TB, s string) int64 {
	t.Helper()
	v, err := time.Parse(time.RFC3339Nano, s)
	if err != nil {
		t.Fatal(err)
	}
	return v.UnixNano()
}

func TestForms(t *testing.T) {
	z := mustZone(t, "Europe/Paris")
	now := at(t, "2026-11-20T09:00:00Z")
	stamp := func(s string) (int64, int, bool) { return z.Stamp(s, now) }
	for _, c := range []struct {
		form     func(string) (int64, int, bool)
		text     string
		want     string
		consumed int // 0: all
	}{
		{z.DateTime, "2026-11-20 07:18:44", "2026-11-20T06:18:44Z", 0},
		{z.DateTime, "2026-11-20 07:18:44.123", "2026-11-20T06:18:44.123Z", 0},
		{z.DateTime, "2026-11-20 07:18:44,123", "2026-11-20T06:18:44.123Z", 0},
		{z.DateTime, "2026-07-20T07:18:44.123456", "2026-07-20T05:18:44.123456Z", 0},
		{z.DateTime, "2026-07-20T07:18:44.1234567891Z", "2026-07-20T07:18:44.123456789Z", 0},
		{z.DateTime, "2026-07-20 07:18:44+0200", "2026-07-20T05:18:44Z", 0},
		{z.DateTime, "2026-07-20 07:18:44-02:30 x", "2026-07-20T09:48:44Z", 25},
		{z.DateTime, "2026-07-20 07:18:44+02 x", "2026-07-20T05:18:44Z", 22},
		{z.DateTime, "2026-11-20  7:18:44 139", "2026-11-20T06:18:44Z", 19},
		{z.DateTime, "2026-11-20 07:18:60 5", "2026-11-20T06:19:00Z", 19},
		{z.DateTime, "2026-11-20 07:18:44. x", "2026-11-20T06:18:44Z", 19},
		{stamp, "Nov 20 07:18:44 ctl1", "2026-11-20T06:18:44Z", 15},
		{stamp, "Nov  3 07:18:44.5 ctl1", "2026-11-03T06:18:44.5Z", 17},
		{stamp, "Nov 3 07:18:44 ctl1", "2026-11-03T06:18:44Z", 14},
		{stamp, "Nov  3 2019 07:18:44 ctl1", "2019-11-03T06:18:44Z", 20},
		{stamp, "Jan  2 00:00:00", "2027-01-01T23:00:00Z", 0},
		{stamp, "Feb 29 12:00:00", "2028-02-29T11:00:00Z", 0},
		{z.Compact, "261120  7:18:44 [Note]", "2026-11-20T06:18:44Z", 15},
		{z.Compact, "261120 7:18:44 [Note]", "2026-11-20T06:18:44Z", 14},
		{z.Compact, "991120 17:18:44 x", "1999-11-20T16:18:44Z", 15},
		{z.Erlang, "20-Nov-2026::07:18:44 ===", "2026-11-20T06:18:44Z", 21},
		{z.Erlang, "3-Nov-2026::07:18:44.25", "2026-11-03T06:18:44.25Z", 0},
		{z.Asctime, "Fri Nov 20 07:18:44 2026]", "2026-11-20T06:18:44Z", 24},
		{z.Asctime, "Tue Nov  3 07:18:44 2026]", "2026-11-03T06:18:44Z", 24},
		{Epoch, "1795161600", "2026-11-20T08:00:00Z", 0},
		{Epoch, "1795161600.5 x", "2026-11-20T08:00:00.5Z", 12},
		{Epoch, "1795161600500", "2026-11-20T08:00:00.5Z", 0},
		{Epoch, "1795161600500000", "2026-11-20T08:00:00.5Z", 0},
		{Epoch, "1795161600500000000", "2026-11-20T08:00:00.5Z", 0},
	} {
		if c.consumed == 0 {
			c.consumed = len(c.text)
		}
		ns, n, ok := c.form(c.text)
		if want := at(t, c.want); !ok || ns != want || n != c.consumed {
			t.Errorf("%q: %s (%d bytes, %v), want %s (%d bytes)", c.text, time.Unix(0, ns).UTC().Format(time.RFC3339Nano), n, ok, c.want, c.consumed)
		}
	}
}

func TestRefused(t *testing.T) {
	z := mustZone(t, "UTC")
	stamp := func(s string) (int64, int, bool) { return z.Stamp(s, at(t, "2026-11-20T09:00:00Z")) }
	for _, c := range []struct {
		name  string
		form  func(string) (int64, int, bool)
		texts []string
	}{
		{"DateTime", z.DateTime, []string{
			"", "2026-11-20 07:18", "2026-13-20 07:18:44", "2026-02-29 07:18:44", "2026-11-20 24:18:44",
			"2026-11-20 07:60:44", "2026-11-20 07:18:61", "2026/11/20 07:18:44", "2026-11-20_07:18:44", "1969-12-31 23:59:59", "9999-12-31 23:59:59", "2026-11-2x 07:18:44",
		}},
		{"Stamp", stamp, []string{"", "Nov 20", "nov 20 07:18:44", "Foo 20 07:18:44", "Feb 30 07:18:44", "Nov 0 07:18:44", "Nov 20 07:18:4", "Nov 20  7x18:44", "Nov 20 1:2:3 xxxxx", "Nov  3 2019x07:18:44"}},
		{"Compact", z.Compact, []string{"", "261320  7:18:44", "261120  7:1:44", "261120-07:18:44", "261120  77:18:44"}},
		{"Erlang", z.Erlang, []string{"", "20-nov-2026::07:18:44", "20-Nov-2026:07:18:44 ", "39-Nov-2026::07:18:44", "10-Jan-2015::9:17:22 x", "x-Nov-2026::07:18:44"}},
		{"Asctime", z.Asctime, []string{"", "Fri Nov 20 07:18:44 20x6", "Fri Nov 31 07:18:44 2026", "Fri Nov 20 07-18-44 2026"}},
		{"Epoch", Epoch, []string{"", "x", "12345678", "99999999999", "99999999999999999999", "9999999999999999999"}},
	} {
		for _, text := range c.texts {
			if ns, n, ok := c.form(text); ok {
				t.Errorf("%s took %q as %d (%d bytes)", c.name, text, ns, n)
			}
		}
	}
}

func TestNearestYear(t *testing.T) {
	z := mustZone(t, "UTC")
	for _, c := range []struct{ now, text, want string }{
		{"2027-01-01T00:00:10Z", "Dec 31 23:59:59", "2026-12-31T23:59:59Z"},
		{"2026-12-31T23:59:50Z", "Jan  1 00:00:01", "2027-01-01T00:00:01Z"},
		{"2016-02-03T12:00:00Z", "Jul  3 10:11:12", "2016-07-03T10:11:12Z"},
		{"2027-03-01T00:00:00Z", "Feb 29 10:00:00", "2028-02-29T10:00:00Z"},
		{"2025-03-01T00:00:00Z", "Feb 29 10:00:00", "2024-02-29T10:00:00Z"},
	} {
		if ns, _, _ := z.Stamp(c.text, at(t, c.now)); ns != at(t, c.want) {
			t.Errorf("%q read at %s is %s, want %s", c.text, c.now, time.Unix(0, ns).UTC(), c.want)
		}
	}
}

func TestClockSetBack(t *testing.T) {
	// In Paris 03:00 became 02:00 on 2026-10-25 (01:00 UTC).
	z := mustZone(t, "Europe/Paris")
	for _, c := range []struct{ text, want string }{
		{"2026-10-25 01:59:59", "2026-10-24T23:59:59Z"},
		{"2026-10-25 02:30:00.500", "2026-10-25T00:30:00.5Z"},
		{"2026-10-25 02:30:00.499", "2026-10-25T00:30:00.499Z"},
		{"2026-10-25 02:29:58", "2026-10-25T00:29:58Z"},
		{"2026-10-25 02:59:59", "2026-10-25T00:59:59Z"},
		{"2026-10-25 02:00:00", "2026-10-25T01:00:00Z"},
		{"2026-10-25 02:30:00", "2026-10-25T01:30:00Z"},
		{"2026-10-25 03:00:00", "2026-10-25T02:00:00Z"},
	} {
		if ns, _, ok := z.DateTime(c.text); !ok || ns != at(t, c.want) {
			t.Errorf("%s: %s, want %s", c.text, time.Unix(0, ns).UTC(), c.want)
		}
	}
}

func TestClockSetForward(t *testing.T) {
	z := mustZone(t, "Europe/Paris")
	if ns, _, _ := z.DateTime("2016-03-27 02:30:00"); ns != at(t, "2016-03-27T01:30:00Z") {
		t.Errorf("a reading that never occurred: %s", time.Unix(0, ns).UTC())
	}
}

func TestUnknownZone(t *testing.T) {
	_, err := NewZone("No/Where")
	if want := `unknown time zone No/Where; use an IANA name such as "Europe/Paris" or "UTC"`; err == nil || err.Error() != want {
		t.Errorf("error %v, want %s", err, want)
	}
}

// TestAgainstTheStandardLibrary walks through 300 years and several zones.
func TestAgainstTheStandardLibrary(t *testing.T) {
	for _, name := range []string{"UTC", "Europe/Paris", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe"} {
		z := mustZone(t, name)
		for sec := int64(86400); sec < 9_000_000_000; sec += 1_234_567 {
			want := time.Unix(sec, 0).In(z.loc)
			ns, _, ok := z.DateTime(want.Format("2006-01-02 15:04:05"))
			if got := time.Unix(0, ns); !ok || got.In(z.loc).Format(time.DateTime) != want.Format(time.DateTime) {
				t.Fatalf("%s: %s read as %s", name, want, got.In(z.loc))
			}
			if got := yearOf(floorDiv(sec, 86400)); got != want.UTC().Year() {
				t.Fatalf("%s lies in %d, not %d", want.UTC(), want.UTC().Year(), got)
			}
		}
	}
}

func TestNoAllocation(t *testing.T) {
	z := mustZone(t, "Europe/Paris")
	if n := testing.AllocsPerRun(100, func() {
		z.DateTime("2026-11-20 07:18:44.123")
		z.DateTime("2026-10-25 02:30:00.500")
		z.Stamp("Nov 20 07:18:44", 1795161600000000000)
	}); n != 0 {
		t.Errorf("%v allocations, want none", n)
	}
}
