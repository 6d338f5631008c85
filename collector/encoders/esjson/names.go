package esjson

import "slices"

// names is a set of the keys of a document, of which most are never looked for: a key whose mark
// is not there is new.
type names struct {
	marks [4]uint64
	list  []string
}

func mark(s string) uint {
	if s == "" {
		return 0
	}
	return uint(len(s))*37 + uint(s[0])*5 + uint(s[len(s)/2])*3 + uint(s[len(s)-1])*17
}

// add adds a key and tells whether it is new.
func (n *names) add(s string) bool {
	h := mark(s)
	word, bit := &n.marks[h>>6&3], uint64(1)<<(h&63)
	if *word&bit != 0 && slices.Contains(n.list, s) {
		return false
	}
	*word |= bit
	n.list = append(n.list, s)
	return true
}

func (n *names) copy(from *names) {
	n.marks = from.marks
	n.list = append(n.list[:0], from.list...)
}
