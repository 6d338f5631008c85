package esjson

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"lma_collector/collector/message"
)

// An encoder that has seen many names writes what a new one does.
func TestRememberedKeys(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	change := func(c *Config) { c.Index, c.ReplaceDotsWith = "x", "_" }
	used := build(t, change)
	collisions := 0
	for range 3000 {
		m := seal(func(d *message.Draft) {
			d.AddString("Type", "a header's name")
			for range random.IntN(20) {
				name := fmt.Sprintf("a.%d", random.IntN(700))
				if random.IntN(50) == 0 {
					name = strings.Repeat("long", 20) + name
				}
				d.AddInt(name, "", int64(random.IntN(9)))
			}
			if random.IntN(2) == 0 {
				d.RemoveField(0)
			}
		})
		got, want := encode(t, used, m), encode(t, build(t, change), m)
		if got != want {
			t.Fatalf("got  %swant %s", got, want)
		}
		slots := map[uint32]string{}
		for f := range m.Fields {
			if other, taken := slots[hash(f.Name)]; taken && other != f.Name {
				collisions++
			}
			slots[hash(f.Name)] = f.Name
		}
	}
	if collisions < 100 {
		t.Errorf("only %d collisions were met", collisions)
	}
}
