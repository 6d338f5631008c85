package lua

import "math/bits"

// insert adds a key that the table does not have.
func (t *Table) insert(k, v Value) {
	if k.isNumber() {
		f := k.float()
		if f == 0 {
			k = rawNumber(0)
		}
		if i := arrayIndex(f); i > 0 && i == len(t.arr)+1 && t.growArray(i) {
			t.arr[i-1] = v
			return
		}
	}
	t.insertHashed(k, t.hash(k), v)
}

func (t *Table) insertHashed(k Value, h uint32, v Value) {
	if len(t.nodes) == int(t.room) {
		t.rehash(k)
		if k.isNumber() {
			if i := arrayIndex(k.float()); uint(i-1) < uint(len(t.arr)) {
				t.arr[i-1] = v
				return
			}
		}
	}
	t.link(k, h, v)
}

// link appends a node; there is room for it.
func (t *Table) link(k Value, h uint32, v Value) {
	i := len(t.nodes)
	if i == cap(t.nodes) { // less memory than room
		nodes := make([]node, i, t.room)
		copy(nodes, t.nodes)
		clear(t.nodes) // they may be one piece with the table
		t.nodes = nodes
	}
	next := int32(-1)
	if t.heads != nil {
		head := t.head(h)
		next, *head = *head, int32(i)
	}
	t.nodes = t.nodes[:i+1]
	n := &t.nodes[i]
	n.key, n.val, n.hash, n.next = k, v, h, next
}

// growArray makes room for the index just behind the array, if more than half of what results is used.
func (t *Table) growArray(i int) bool {
	size := 4
	if i > 4 {
		size = 1 << bits.Len(uint(i-1))
		if t.arr[i-2].isNil() || size > maxArray || t.used()+1 <= size/2 {
			return false
		}
	}
	t.resizeArray(size)
	if len(t.nodes) > 0 {
		t.moveToArray(i)
	}
	return true
}

// used is the number of values in the array.
func (t *Table) used() int {
	t.in.work(len(t.arr))
	n := 0
	for i := range t.arr {
		if !t.arr[i].isNil() {
			n++
		}
	}
	return n
}

// resizeArray makes the array larger.
func (t *Table) resizeArray(size int) {
	t.in.charge(sizeSlot * (size - len(t.arr)))
	t.in.work(size)
	fresh := make([]Value, size)
	copy(fresh, t.arr)
	t.arr = fresh
}

// moveToArray takes the values of indexes from first on that are nodes still.
func (t *Table) moveToArray(first int) {
	for i := range t.nodes {
		n := &t.nodes[i]
		if !n.key.isNumber() || n.val.isNil() {
			continue
		}
		if at := arrayIndex(n.key.float()); at >= first && at <= len(t.arr) {
			t.arr[at-1], n.val = n.val, Value{}
		}
	}
}

// rehash makes room for a key: it counts what lives, gives the array the largest size of which more
// than half is used, and drops the dead.
func (t *Table) rehash(extra Value) {
	t.in.work(len(t.nodes))
	var counts [27]int // of the indexes in (2^(i-1), 2^i]
	live, integers := t.countNodes(&counts)
	if extra.isNumber() {
		if i := arrayIndex(extra.float()); i > 0 {
			counts[bits.Len(uint(i-1))]++
			integers++
		}
	}
	var rest []Value // of an array that shrinks
	if integers > 0 {
		t.in.work(len(t.arr))
		for i, v := range t.arr {
			if !v.isNil() {
				counts[bits.Len(uint(i))]++
			}
		}
		size, old := arraySize(&counts), len(t.arr)
		switch {
		case size > old:
			t.resizeArray(size)
			t.moveToArray(old + 1)
			live, _ = t.countNodes(&counts)
		case size < old:
			rest = t.arr[size:]
			t.arr = append([]Value(nil), t.arr[:size]...)
			for _, v := range rest {
				if !v.isNil() {
					live++
				}
			}
		}
	}
	t.rebuild(roomFor(live+1), rest)
}

// roomFor is the capacity for live nodes: some are left free, so that changing keys do not rebuild
// the table each time.
func roomFor(live int) int {
	size := 1 << bits.Len(uint(live-1))
	if size >= 8 && live > size-size/8 {
		size *= 2
	}
	return size
}

// countNodes counts the living nodes, and of those the ones that could be in an array.
func (t *Table) countNodes(counts *[27]int) (live, integers int) {
	for i := range t.nodes {
		n := &t.nodes[i]
		if n.val.isNil() {
			continue
		}
		live++
		if n.key.isNumber() {
			if at := arrayIndex(n.key.float()); at > 0 {
				counts[bits.Len(uint(at-1))]++
				integers++
			}
		}
	}
	return live, integers
}

// arraySize is the largest power of two of which more than half would be used.
func arraySize(counts *[27]int) int {
	total, size := 0, 0
	for i, c := range counts {
		total += c
		if c > 0 && total > 1<<i/2 {
			size = 1 << i
		}
	}
	return size
}

// rebuild copies the living nodes to new memory, and what an array that shrinks does not hold.
func (t *Table) rebuild(size int, rest []Value) {
	if size > int(t.room) {
		t.in.charge(sizeNode * (size - int(t.room)))
	}
	old := t.nodes
	t.allocate(size, size)
	for i := range old {
		switch n := &old[i]; {
		case n.val.isNil():
		case t.heads == nil:
			t.nodes = append(t.nodes, *n)
		default:
			t.link(n.key, n.hash, n.val)
		}
	}
	if len(old) <= linearNodes {
		clear(old) // they may be one piece with the table
	}
	for i, v := range rest {
		if !v.isNil() {
			k := rawNumber(float64(len(t.arr) + i + 1))
			t.link(k, hashOf(k), v)
		}
	}
}

// newTable makes a table with room for nodes. The memory of few lies in one piece with it, and is for as
// many as are wanted.
func newTable(wanted, room int) *Table {
	if wanted == 0 {
		return &Table{}
	}
	if room > linearNodes {
		t := &Table{}
		t.allocate(wanted, room)
		return t
	}
	var t *Table
	switch {
	case wanted <= 2:
		p := &struct {
			Table
			few [2]node
		}{}
		t, p.nodes = &p.Table, p.few[:0]
	case wanted <= 4:
		p := &struct {
			Table
			few [4]node
		}{}
		t, p.nodes = &p.Table, p.few[:0]
	case wanted <= 6:
		p := &struct {
			Table
			few [6]node
		}{}
		t, p.nodes = &p.Table, p.few[:0]
	default:
		p := &struct {
			Table
			few [linearNodes]node
		}{}
		t, p.nodes = &p.Table, p.few[:0]
	}
	t.room = uint32(room)
	return t
}

// allocate makes room for nodes, and takes memory for as many as are wanted.
func (t *Table) allocate(wanted, room int) {
	t.nodes = make([]node, 0, wanted)
	t.room = uint32(room)
	t.heads = nil
	t.cursor = 0
	if room <= linearNodes {
		return
	}
	heads := make([]int32, room)
	for i := range heads {
		heads[i] = -1
	}
	t.heads = &heads[0]
}
