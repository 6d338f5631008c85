package config

import (
	"sort"
	"strings"
)

// edit replaces text[start:end].
type edit struct {
	start, end int
	with       string
}

// offsets leads from a place in an edited text to the place in the text before.
type offsets []shift

// shift is one edit: where its replacement stands, and what it replaced.
type shift struct{ out, outEnd, in, inEnd int }

// apply makes edits that do not overlap; it sorts them.
func apply(text string, edits []edit) (string, offsets) {
	if len(edits) == 0 {
		return text, nil
	}
	sort.Slice(edits, func(i, j int) bool { return edits[i].start < edits[j].start })
	var b strings.Builder
	var at offsets
	done := 0
	for _, e := range edits {
		b.WriteString(text[done:e.start])
		out := b.Len()
		b.WriteString(e.with)
		at = append(at, shift{out: out, outEnd: b.Len(), in: e.start, inEnd: e.end})
		done = e.end
	}
	b.WriteString(text[done:])
	return b.String(), at
}

// before is the place in the text before the edits. A place inside of a replacement becomes the
// start of what was replaced, or keeps its distance where both are as long.
func (at offsets) before(out int) int {
	i := sort.Search(len(at), func(i int) bool { return at[i].out > out }) - 1
	if i < 0 {
		return out
	}
	s := at[i]
	switch {
	case out >= s.outEnd:
		return out - s.outEnd + s.inEnd
	case s.outEnd-s.out == s.inEnd-s.in:
		return out - s.out + s.in
	}
	return s.in
}

// touches returns the first edit whose replacement lies in [start,end] of the edited text.
func (at offsets) touches(start, end int) (shift, bool) {
	i := sort.Search(len(at), func(i int) bool { return at[i].outEnd >= start })
	if i < len(at) && at[i].out <= end {
		return at[i], true
	}
	return shift{}, false
}

// withoutOverlap leaves out edits inside of others.
func withoutOverlap(edits []edit) []edit {
	sort.SliceStable(edits, func(i, j int) bool {
		if edits[i].start != edits[j].start {
			return edits[i].start < edits[j].start
		}
		return edits[i].end > edits[j].end
	})
	kept := edits[:0]
	end := 0
	for _, e := range edits {
		if e.start >= end {
			kept, end = append(kept, e), e.end
		}
	}
	return kept
}
