package pipeline

import (
	"slices"
	"testing"

	"lma_collector/collector/message"
	"lma_collector/collector/plugin"
)

// A run that reads once ends when each filter has said what came of what the others had to say.
func TestOnceEndsWithTheLastFilter(t *testing.T) {
	tells := func(name, hears, typ string) string {
		heard := 0 // as of the one filter of this name
		acts.Store(name, filterAct{
			process: func(*fakeFilter, *message.Message) error { heard++; return nil },
			tick: func(f *fakeFilter) error {
				if heard == 0 {
					return nil
				}
				return f.env.Inject(&message.Draft{Type: typ, Payload: name + " of " + hears})
			},
		})
		return "\n[" + name + "]\ntype = \"FakeFilter\"\nact = \"" + name + "\"\nmessage_matcher = \"Type == '" + hears + "'\"\nticker_interval = 3600\n"
	}
	var shown []string
	settings := testSettings(t)
	settings.Once = true
	settings.Capture = func(_ string, items []plugin.Item) {
		for i := range items {
			shown = append(shown, string(items[i].Data))
		}
	}
	p, found := Build(sectionsOf(t, flowing(t.Name(), tells("c_counter", "a", "count"), tells("b_afd", "count", "alarm"), tells("a_gse", "alarm", "cluster"))), settings)
	if p == nil {
		t.Fatal(found)
	}
	feedOnce(t, t.Name(), "a one\n")
	p.Run(t.Context())
	slices.Sort(shown)
	if want := []string{"a_gse of alarm", "b_afd of count", "c_counter of a", "one"}; !slices.Equal(shown, want) {
		t.Errorf("shown %q, want %q", shown, want)
	}
}
