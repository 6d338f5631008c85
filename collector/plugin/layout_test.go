package plugin

import (
	"slices"
	"testing"
)

func TestRuns(t *testing.T) {
	f := func(items []Item, want ...string) {
		t.Helper()
		var got []string
		for run := range Runs(items) {
			got = append(got, string(run))
		}
		if !slices.Equal(got, want) {
			t.Errorf("got %q, want %q", got, want)
		}
	}
	f(nil)
	f([]Item{{Data: []byte("a")}, {}, {Data: []byte("b")}}, "a", "b")
	items := make([]Item, 4)
	Lay(items, []byte("onetwothree.not"), []int{3, 6, 6, 11})
	if string(items[1].Data) != "two" || len(items[2].Data) != 0 || cap(items[1].Data) != 3 {
		t.Errorf("%q and %q, %d bytes of room", items[1].Data, items[2].Data, cap(items[1].Data))
	}
	f(items, "onetwothree")
	f(items[1:], "twothree")
	f(append([]Item{items[0]}, items[3]), "one", "three")
	f(append([]Item{items[3]}, items[0], items[1]), "three", "onetwo")
	others := make([]Item, 2)
	Lay(others, []byte("......four"), []int{6, 10})
	f(append([]Item{items[0], items[1]}, others[1]), "onetwo", "four")
	for run := range Runs(append(items, others...)) {
		if string(run) != "onetwothree" {
			t.Errorf("first run %q", run)
		}
		break
	}
}
