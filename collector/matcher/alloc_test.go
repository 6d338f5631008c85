//go:build !race

package matcher

import "testing"

// The race detector makes sync.Pool, in which regular expressions keep their machines, forget at random.

// TestNoAllocation holds the promise of Match and Set.Match.
func TestNoAllocation(t *testing.T) {
	m := webMessage(t)
	var ms []*Matcher
	for _, c := range meanings {
		ms = append(ms, parse(t, c.expr))
	}
	for _, matcher := range ms {
		if n := testing.AllocsPerRun(10, func() { matcher.Match(m) }); n != 0 {
			t.Errorf("%s allocates %v times", matcher, n)
		}
	}
	set := NewSet(ms)
	var scratch Scratch
	hits := set.Match(m, &scratch, nil)
	if n := testing.AllocsPerRun(10, func() { hits = set.Match(m, &scratch, hits[:0]) }); n != 0 {
		t.Errorf("the set allocates %v times", n)
	}
}
