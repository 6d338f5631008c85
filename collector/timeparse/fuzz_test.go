package timeparse

import (
	"testing"
	"time"
)

func FuzzForms(f *testing.F) {
	for _, s := range []string{
		"2026-11-20 07:18:44.123456+01:00", "2026-11-20  7:18:44 139", "Nov 20 07:18:44 ctl1", "Nov  3 2019 07:18:44",
		"261120  7:18:44 [Note]", "20-Nov-2026::07:18:44 ===", "Fri Nov 20 07:18:44 2026]", "1795161600.5", "9223372036854775807",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		z := InZone(time.UTC)
		for i := 0; i < 2; i++ { // the second time from what was remembered
			for name, form := range map[string]func(string) (int64, int, bool){
				"DateTime": z.DateTime, "Compact": z.Compact, "Erlang": z.Erlang, "Asctime": z.Asctime, "Epoch": Epoch,
				"Stamp": func(s string) (int64, int, bool) { return z.Stamp(s, 1795161600000000000) },
			} {
				if ns, n, ok := form(s); ok && (n <= 0 || n > len(s) || ns < -2*86400*nano) {
					t.Errorf("%s(%q) = %d, %d bytes", name, s, ns, n)
				}
			}
		}
	})
}

func FuzzDateTimeAgainstTheStandardLibrary(f *testing.F) {
	f.Add(int64(1795161600123456789), "Europe/Paris")
	f.Add(int64(0), "UTC")
	f.Fuzz(func(t *testing.T, ns int64, zone string) {
		z, err := NewZone(zone)
		if err != nil || ns < 86400*nano || ns/nano > 9_100_000_000 {
			return
		}
		text := time.Unix(0, ns).In(z.loc).Format("2006-01-02T15:04:05.000000000")
		got, n, ok := z.DateTime(text)
		if back := time.Unix(0, got).In(z.loc).Format("2006-01-02T15:04:05.000000000"); !ok || n != len(text) || back != text {
			t.Errorf("%s in %s: %s", text, zone, back)
		}
	})
}

func BenchmarkDateTime(b *testing.B) {
	b.ReportAllocs()
	z, _ := NewZone("Europe/Paris")
	for b.Loop() {
		z.DateTime("2026-11-20 07:18:44.123 12 INFO")
	}
}

func BenchmarkStamp(b *testing.B) {
	b.ReportAllocs()
	z, _ := NewZone("Europe/Paris")
	for b.Loop() {
		z.Stamp("Nov 20 07:18:44 ctl1", 1795161600000000000)
	}
}
