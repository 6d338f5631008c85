package pipeline

import (
	"math/rand/v2"
	"slices"
	"testing"
)

// A source hears of its batches in order, whatever the order in which they are delivered.
func TestFlightLandsInOrder(t *testing.T) {
	for seed := range uint64(50) {
		rng := rand.New(rand.NewPCG(seed, 0))
		f := newFlight(1 << 30)
		var landed []int
		var acks []*ack
		for i := range 20 {
			a := f.launch(10, func() { landed = append(landed, i) })
			for range rng.IntN(4) {
				a.hold()
				acks = append(acks, a)
			}
			acks = append(acks, a)
		}
		rng.Shuffle(len(acks), func(i, j int) { acks[i], acks[j] = acks[j], acks[i] })
		for _, a := range acks {
			if !slices.IsSorted(landed) {
				t.Fatalf("landed %v", landed)
			}
			a.release()
		}
		if len(landed) != 20 || !f.empty() || f.unacknowledged() != 0 {
			t.Fatalf("%d landed, empty %v, %d bytes open", len(landed), f.empty(), f.unacknowledged())
		}
	}
}

func TestFlightIsBounded(t *testing.T) {
	f := newFlight(100)
	a := f.launch(60, nil)
	if !f.room() {
		t.Error("no room with 60 of 100 bytes")
	}
	b := f.launch(60, nil)
	if f.room() {
		t.Error("room with 120 of 100 bytes")
	}
	b.release()
	if f.room() {
		t.Error("bytes were given back before those in front of them")
	}
	a.release()
	<-f.freed
	if !f.room() {
		t.Error("no room when all has landed")
	}
}
