package afdwindow

import (
	"math"
	"testing"
)

const second = int64(1e9)

var start = int64(1_700_000_000) * second

func fill(t testing.TB, function string, window, periods float64, values ...float64) (*Window, int64) {
	t.Helper()
	w, ok := New(function, window, periods)
	if !ok {
		t.Fatalf("no window for %s", function)
	}
	now := start
	for _, v := range values {
		w.Put(now, v)
		now += 10 * second
	}
	return w, now - 10*second
}

func TestFunctions(t *testing.T) {
	for _, c := range []struct {
		function string
		want     float64
	}{
		{"avg", 5}, {"sum", 20}, {"min", 2}, {"max", 9}, {"last", 9}, {"diff", 7}, {"variance", 6.5}, {"sd", math.Sqrt(6.5)},
	} {
		w, now := fill(t, c.function, 60, 1, 2, 4, 5, 9)
		got, _, ok := w.Read(now, 0)
		if !ok || math.Abs(got-c.want) > 1e-12 {
			t.Errorf("%s = %v (%v), want %v", c.function, got, ok, c.want)
		}
	}
}

func TestEveryPointOfARowCounts(t *testing.T) {
	for _, c := range []struct {
		function string
		want     float64
	}{{"avg", 4}, {"sum", 12}, {"min", 1}, {"max", 9}, {"last", 2}} {
		w, _ := New(c.function, 60, 1)
		for i, v := range []float64{1, 9, 2} {
			w.Put(start+int64(i), v)
		}
		if got, _, _ := w.Read(start, 0); got != c.want {
			t.Errorf("%s = %v, want %v", c.function, got, c.want)
		}
	}
}

// A point counts for the whole window, wherever in its row of 5 s it lies: a series that has a point each
// second lacks data at no time, also not at the start of a row that has none yet.
func TestDataAgeByTheTimeOfThePoint(t *testing.T) {
	w, _ := New("max", 5, 1)
	for i := range int64(20) {
		now := start + i*second
		w.Put(now, 1)
		if code, _ := w.result(now+second-1, ">", 0.5); code != match {
			t.Errorf("%d s: code %d", i, code)
		}
	}
	newest := start + 19*second
	for age, want := range map[int64]int{5 * second: match, 5*second + 1: missing} {
		if code, _ := w.result(newest+age, ">", 0.5); code != want {
			t.Errorf("%d ns after the newest point: code %d, want %d", age, code, want)
		}
	}
	w.Put(newest-3*second, 1) // late
	if code, _ := w.result(newest+5*second, ">", 0.5); code != match {
		t.Errorf("after a late point: code %d", code)
	}
}

func TestMaximumOfZerosAndNegativeValues(t *testing.T) {
	for _, v := range []float64{0, -3} {
		w, now := fill(t, "max", 60, 1, v, v)
		if got, _, ok := w.Read(now, 0); !ok || got != v {
			t.Errorf("max of %v = %v, %v", v, got, ok)
		}
	}
}

func TestVarianceOfLargeValuesIsExact(t *testing.T) {
	w, now := fill(t, "variance", 60, 1, 1e12+1, 1e12+2, 1e12+3)
	if got, _, _ := w.Read(now, 0); math.Abs(got-2.0/3) > 1e-9 {
		t.Errorf("variance = %v, want 2/3", got)
	}
}

func TestOldPointsLeaveTheWindow(t *testing.T) {
	w, now := fill(t, "max", 30, 1, 100, 1, 1, 1, 1)
	if got, _, _ := w.Read(now, 0); got != 1 {
		t.Errorf("max = %v, want 1", got)
	}
	if _, _, ok := w.Read(now+31*second, 0); ok {
		t.Error("a value although the last point is older than the window")
	}
	w.Put(now-100*second, 1000)
	if got, _, _ := w.Read(now, 0); got != 1 {
		t.Errorf("a late point counts: max = %v", got)
	}
	w.Put(now+3600*second, 7)
	if got, _, _ := w.Read(now+3600*second, 0); got != 7 {
		t.Errorf("after a gap max = %v, want 7", got)
	}
}

func TestRateOfChange(t *testing.T) {
	w, ok := New("roc", 30, 3)
	if !ok {
		t.Fatal("no roc")
	}
	now := start
	for i := range 60 {
		v := float64(i % 2)
		if i >= 54 {
			v = 50
		}
		w.Put(now, v)
		now += 5 * second
	}
	if _, anomaly, ok := w.Read(now, 3); !ok || !anomaly {
		t.Errorf("a jump is no anomaly (%v)", ok)
	}
	w, now = fill(t, "roc", 30, 3, 1, 2, 1, 2, 1, 2, 1, 2, 1, 2, 1, 2, 1, 2, 1, 2)
	if _, anomaly, _ := w.Read(now, 3); anomaly {
		t.Error("steady values are an anomaly")
	}
}

func TestBadWindowsAreRefused(t *testing.T) {
	for _, c := range []struct {
		function        string
		window, periods float64
	}{{"median", 60, 1}, {"avg", 0, 1}, {"avg", math.NaN(), 1}, {"avg", 60, -1}, {"avg", 1e9, 1}, {"roc", 40000, 3}} {
		if _, ok := New(c.function, c.window, c.periods); ok {
			t.Errorf("%s over %v x %v is taken", c.function, c.window, c.periods)
		}
	}
}

func TestCheckIsQuietOnlyWhenAllIsWell(t *testing.T) {
	set := &Set{}
	c := Check{set: set, operator: ">", threshold: 10}
	if c.quiet(start) {
		t.Error("quiet without a window")
	}
	a, now := fill(t, "avg", 60, 1, 5)
	set.windows = append(set.windows, a, &Window{})
	if !c.quiet(now) {
		t.Error("not quiet although all is well")
	}
	if c.quiet(now + 61*second) {
		t.Error("quiet although data are missing")
	}
	a.Put(now, 100)
	if c.quiet(now) {
		t.Error("quiet although the check matches")
	}
}

// TestExtremeTimes puts points at the ends of time, which must not take longer than others.
func TestExtremeTimes(t *testing.T) {
	w, _ := New("avg", 60, 1)
	for _, ns := range []int64{-maxTime + 1, maxTime - 1, -maxTime, maxTime, math.MinInt64, math.MaxInt64} {
		w.Put(ns, 1)
	}
	if v, _, ok := w.Read(maxTime-1, 0); v != 1 || !ok || w.newest != maxTime-1 {
		t.Errorf("%v %v, newest %d", v, ok, w.newest)
	}
}

func FuzzWindow(f *testing.F) {
	f.Add(uint8(0), int64(0), 1.0, int64(5e9), -2.0, int64(6e9))
	f.Add(uint8(5), int64(-1), 1e300, int64(math.MaxInt64), 0.0, int64(math.MinInt64))
	names := []string{"avg", "diff", "last", "max", "min", "roc", "sd", "sum", "variance"}
	f.Fuzz(func(t *testing.T, fn uint8, t1 int64, v1 float64, t2 int64, v2 float64, now int64) {
		w, ok := New(names[int(fn)%len(names)], 60, 2)
		if !ok {
			t.Fatal("no window")
		}
		w.Put(t1, v1)
		w.Put(t2, v2)
		w.Read(now, 1)
		w.Put(now, v1)
		w.Read(t1, 1)
	})
}

func BenchmarkPutAndRead(b *testing.B) {
	w, now := fill(b, "avg", 120, 1, 1)
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		now += second
		w.Put(now, float64(i))
		w.Read(now, 0)
	}
}
