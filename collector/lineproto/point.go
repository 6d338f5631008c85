package lineproto

import (
	"bytes"
	"slices"
)

// tagSet gathers the tags of a line, encoded, and puts them in order.
type tagSet struct {
	text []byte
	tags []tagSpan
}

// tagSpan is one tag's ",key=value" in the text, with the length of its key.
type tagSpan struct{ from, to, key int }

func (t *tagSet) reset() { t.text, t.tags = t.text[:0], t.tags[:0] }

// has tells whether a tag of the escaped key that lies at the end of the text is there already.
func (t *tagSet) has(key []byte) bool {
	for i := range t.tags {
		s := &t.tags[i]
		if s.key == len(key) && bytes.Equal(t.text[s.from:s.from+s.key], key) {
			return true
		}
	}
	return false
}

// open begins a tag; it tells whether its key is writable and new.
func (t *tagSet) open(key string) (from int, ok bool) {
	from = len(t.text)
	t.text = appendKey(t.text, key)
	if len(t.text) == from || t.has(t.text[from:]) {
		t.text = t.text[:from]
		return from, false
	}
	t.text = append(t.text, '=')
	return from, true
}

// close ends the tag that began at from, whose value starts at valueAt. An empty value drops it.
func (t *tagSet) close(from, valueAt int) {
	if len(t.text) == valueAt {
		t.text = t.text[:from]
		return
	}
	t.tags = append(t.tags, tagSpan{from, len(t.text), valueAt - 1 - from})
}

// append writes the tags ordered by their text, each with a comma before it.
func (t *tagSet) append(dst []byte) []byte {
	if len(t.tags) > 1 {
		slices.SortFunc(t.tags, func(a, b tagSpan) int {
			return bytes.Compare(t.text[a.from:a.to], t.text[b.from:b.to])
		})
	}
	for _, s := range t.tags {
		dst = append(append(dst, ','), t.text[s.from:s.to]...)
	}
	return dst
}
