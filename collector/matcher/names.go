package matcher

// nameTable numbers field names. It is looked up for each field of each message, most of which
// are not in it, so its hash is only length, first and last byte.
type nameTable struct {
	list  []string
	first []int32 // by hash: a number, or -1
	next  []int32 // by number: another one of the same hash, or -1
	mask  uint32
}

func newNameTable(names []string) nameTable {
	size := 8
	for size < 4*len(names) {
		size *= 2
	}
	t := nameTable{list: names, first: make([]int32, size), next: make([]int32, len(names)), mask: uint32(size - 1)}
	for i := range t.first {
		t.first[i] = -1
	}
	for i, name := range names {
		h := nameHash(name) & t.mask
		t.next[i], t.first[h] = t.first[h], int32(i)
	}
	return t
}

func nameHash(name string) uint32 {
	n := len(name)
	if n == 0 {
		return 0
	}
	return uint32(n)*7 + uint32(name[0])*3 + uint32(name[n-1])*31
}

// find is the number of a name, -1 for one that is not in the table.
func (t *nameTable) find(name string) int32 {
	i := t.first[nameHash(name)&t.mask]
	for i >= 0 && t.list[i] != name {
		i = t.next[i]
	}
	return i
}
