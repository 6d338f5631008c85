package afdwindow

import (
	"math"
	"strconv"
	"testing"

	"lma_collector/collector/message"
)

func pointOf(t testing.TB, build func(*message.Draft)) *message.Message {
	t.Helper()
	d := message.Draft{Type: "metric"}
	d.SetTimestamp(start)
	build(&d)
	m, err := message.Index(d.Encode(nil))
	if err != nil {
		t.Fatal(err)
	}
	return &m
}

func TestRoutesTakeOnlyWhatTheyHaveLearnt(t *testing.T) {
	w, _ := New("sum", 60, 1)
	r := NewRoutes()
	point := func(name, device string, value message.Value) *message.Message {
		return pointOf(t, func(d *message.Draft) {
			d.AddString("name", name)
			d.Add("value", "", value)
			d.AddString("device", device)
		})
	}
	one := message.FloatValue(1)
	if r.Take(point("m", "sda", one)) {
		t.Error("taken before anything was learnt")
	}
	r.Learn(point("m", "sda", one), []string{"device"}, route{windows: []*Window{w}})
	f := func(m *message.Message, want bool, what string) {
		t.Helper()
		if got := r.Take(m); got != want {
			t.Errorf("%s: taken %v, want %v", what, got, want)
		}
	}
	f(point("m", "sda", one), true, "the same")
	f(point("m", "sda", message.IntValue(5)), true, "an integer")
	f(point("m", "sdb", one), false, "another device")
	f(point("n", "sda", one), false, "another metric")
	f(point("m", "sda", message.StringValue("1")), false, "a text")
	f(point("m", "sda", message.BoolValue(true)), false, "a truth value")
	f(point("m", "sda", message.FloatValue(math.NaN())), false, "NaN")
	f(point("m", "sda", message.FloatValue(math.Inf(1))), false, "infinite")
	f(pointOf(t, func(d *message.Draft) { d.AddString("name", "m"); d.AddFloat("value", "", 1) }), false, "no device")
	f(pointOf(t, func(d *message.Draft) { d.AddString("name", "m"); d.AddString("device", "sda") }), false, "no value")
	f(pointOf(t, func(d *message.Draft) {
		d.HasTimestamp = false
		d.AddString("name", "m")
		d.AddFloat("value", "", 1)
		d.AddString("device", "sda")
	}), false, "no time")
	f(pointOf(t, func(d *message.Draft) {}), false, "nothing")
	if got, _, _ := w.Read(start, 0); got != 6 {
		t.Errorf("the window's sum is %v, want 6", got)
	}
}

// TestKeysOfRoutesAreUnambiguous: texts that look alike side by side are not the same.
func TestKeysOfRoutesAreUnambiguous(t *testing.T) {
	keys := map[string]int{}
	r := NewRoutes()
	for i, values := range [][2]message.Value{
		{message.StringValue("ab"), message.StringValue("c")},
		{message.StringValue("a"), message.StringValue("bc")},
		{message.StringValue("as"), message.StringValue("c")},
		{message.StringValue(""), message.StringValue("abc")},
		{message.StringValue("1"), message.StringValue("x")},
		{message.IntValue(1), message.StringValue("x")},
	} {
		m := pointOf(t, func(d *message.Draft) { d.Add("x", "", values[0]); d.Add("y", "", values[1]) })
		if !r.keyOf(m, []string{"x", "y"}) {
			t.Fatal("no key")
		}
		if other, taken := keys[string(r.key)]; taken {
			t.Errorf("cases %d and %d have one key", i, other)
		}
		keys[string(r.key)] = i
	}
}

func TestRoutesAreBounded(t *testing.T) {
	r := NewRoutes()
	for i := range maxRoutes + 10 {
		r.Learn(pointOf(t, func(d *message.Draft) { d.AddString("name", "m"); d.AddString("k", strconv.Itoa(i)) }), []string{"k"}, route{})
	}
	if n := len(r.metrics["m"].known); n > maxRoutes {
		t.Errorf("%d routes are remembered", n)
	}
}

func BenchmarkTake(b *testing.B) {
	w, _ := New("avg", 60, 1)
	r := NewRoutes()
	m := pointOf(b, func(d *message.Draft) {
		d.AddString("name", "cpu_idle")
		d.AddFloat("value", "", 1)
		d.AddString("hostname", "node-1")
	})
	r.Learn(m, []string{"hostname"}, route{windows: []*Window{w, w}})
	b.ReportAllocs()
	for b.Loop() {
		if !r.Take(m) {
			b.Fatal("not taken")
		}
	}
}
