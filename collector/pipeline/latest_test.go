package pipeline

import (
	"testing"
	"time"

	"lma_collector/collector/message"
)

// state is a parcel of one status, seconds after the first.
func state(seconds int, text string) *parcel {
	d := message.Draft{Logger: "disk", Payload: text}
	d.SetTimestamp(time.Date(2026, 1, 1, 0, 0, seconds, 0, time.UTC).UnixNano())
	b := sealed(&d)
	p := newParcel(b)
	p.add(b.At(0))
	return p
}

// Every state that came in is delivered, waits, or is counted.
func TestLatestCountsWhatGivesWay(t *testing.T) {
	var stats consumerStats
	l := newLatest(&fakeOutput{}, 10, &stats)
	l.put(state(1, "critical"))
	failed := l.take(10).msgs
	l.put(state(2, "okay"))
	l.putBack(failed)
	if n, _ := l.length(); n != 1 || stats.replaced.Load() != 1 {
		t.Errorf("%d wait, %d replaced", n, stats.replaced.Load())
	}
	if got := l.take(10).msgs[0].Payload(); got != "okay" {
		t.Errorf("waits: %q", got)
	}
}

// A state that comes late, as through a connection that was made anew, is not the newest.
func TestLatestGoesByTheStatesTime(t *testing.T) {
	var stats consumerStats
	l := newLatest(&fakeOutput{}, 10, &stats)
	for _, p := range []*parcel{state(2, "okay"), state(3, "warning"), state(3, "fine"), state(1, "critical")} {
		l.put(p)
	}
	if got := l.take(10).msgs[0].Payload(); got != "fine" || stats.replaced.Load() != 3 {
		t.Errorf("waits: %q, %d replaced", got, stats.replaced.Load())
	}
	// The clock was an hour ahead: what came then does not stand in the way.
	d := message.Draft{Logger: "disk", Payload: "from the future"}
	d.SetTimestamp(time.Now().Add(time.Hour).UnixNano())
	b := sealed(&d)
	p := newParcel(b)
	p.add(b.At(0))
	l.put(p)
	l.put(state(4, "now"))
	if got := l.take(10).msgs[0].Payload(); got != "now" {
		t.Errorf("waits: %q", got)
	}
}

// What waits is bounded by its number of keys; what waits already is still replaced.
func TestLatestIsBounded(t *testing.T) {
	var stats consumerStats
	l := newLatest(&fakeOutput{}, 2, &stats)
	put := func(key, text string) (bytes int) {
		b := sealed(&message.Draft{Logger: key, Payload: text})
		p := newParcel(b)
		p.add(b.At(0))
		bytes = len(b.At(0).Bytes())
		l.put(p)
		return bytes
	}
	put("a", "critical")
	b := put("b", "okay")
	put("c", "there is no room")
	a := put("a", "fine")
	if n, bytes := l.length(); n != 2 || bytes != a+b || stats.droppedFull.Load() != 1 || stats.replaced.Load() != 1 {
		t.Errorf("%d wait in %d bytes, %d dropped, %d replaced; they have %d bytes", n, bytes, stats.droppedFull.Load(), stats.replaced.Load(), a+b)
	}
	if p := l.take(1); len(p.msgs) != 1 || p.msgs[0].Payload() != "fine" {
		t.Errorf("first %q", p.msgs[0].Payload())
	}
	if n, bytes := l.length(); n != 1 || bytes != b {
		t.Errorf("%d wait in %d bytes", n, bytes)
	}
}
