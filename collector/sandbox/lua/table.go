package lua

import (
	"hash/maphash"
	"math"
	"math/bits"
	"math/rand/v2"
)

// Table is a Lua table. Its methods know no metamethods.
//
// Keys 1 to len(arr) lie in arr. All others are nodes, in the order in which they came; a node whose
// value is nil is dead until the next rehash, so that a traversal may remove what it meets. Up to
// linearNodes are searched one by one, more by chains.
type Table struct {
	arr    []Value
	nodes  []node
	heads  []int32 // of the chains; a power of two, or nil
	meta   *Table
	in     *Interp
	mark   uint32
	cursor uint32 // where the last next was
	absent uint32 // metamethods that this table, as a metatable, is known not to have
}

type node struct {
	key, val Value
	hash     uint32
	next     int32 // of the chain, -1: none
}

const (
	linearNodes = 8
	maxArray    = 1 << 26
	// What C Lua takes, in bytes.
	sizeTable, sizeSlot, sizeNode = 64, 16, 40
)

var (
	seed    = maphash.MakeSeed()
	factor  = rand.Uint64() | 1
	factor2 = rand.Uint64()
)

// hashText is the hash of a string. Most keys are short.
func hashText(s string) uint32 {
	n := uint64(len(s))
	if n-1 >= 16 {
		return uint32(maphash.String(seed, s))
	}
	a, b := ends(s)
	hi, lo := bits.Mul64(a^factor, b^factor2^n)
	return hashWord(hi ^ lo)
}

func hashWord(n uint64) uint32 {
	hi, lo := bits.Mul64(n^0x9E3779B97F4A7C15, factor)
	return uint32(hi ^ lo ^ lo>>32)
}

// hashOf is the hash of a key other than nil and NaN.
func hashOf(k Value) uint32 {
	switch {
	case k.isString():
		return hashText(k.str())
	case k.isNumber():
		if k.float() == 0 {
			return hashWord(0) // -0, too
		}
		return hashWord(k.n)
	case k.n == wordFalse || k.n == wordTrue:
		return hashWord(k.n)
	}
	return hashWord(uint64(k.address()))
}

// freeText is the length in bytes up to which a key costs nothing.
const freeText = 256

// hash is hashOf that charges for long strings, whose bytes are read.
func (t *Table) hash(k Value) uint32 {
	if k.isString() && k.strLen() > freeText {
		t.in.work(k.strLen() / 8)
	}
	return hashOf(k)
}

// arrayIndex is a number as an index from 1 on, 0 where it is none.
func arrayIndex(f float64) int {
	if n := int(f); float64(n) == f && n > 0 && n <= maxArray {
		return n
	}
	return 0
}

// find is the position of the node of a key with that hash, dead or alive, or -1.
func (t *Table) find(k Value, h uint32) int {
	if t.heads == nil {
		for i := range t.nodes {
			if n := &t.nodes[i]; n.hash == h && sameKey(n.key, k) {
				return i
			}
		}
		return -1
	}
	for i := t.heads[h&uint32(len(t.heads)-1)]; i >= 0; i = t.nodes[i].next {
		if n := &t.nodes[i]; n.hash == h && sameKey(n.key, k) {
			return int(i)
		}
	}
	return -1
}

// sameKey compares keys: the words of equal numbers differ for the two zeros alone.
func sameKey(a, b Value) bool {
	if a.n == b.n {
		return a.p == b.p || a.isString() && b.isString() && a.str() == b.str()
	}
	return a.isNumber() && b.isNumber() && a.float() == b.float()
}

func (t *Table) getText(k Value, h uint32) Value {
	if i := t.find(k, h); i >= 0 {
		return t.nodes[i].val
	}
	return Value{}
}

func (t *Table) getInt(i int) Value {
	if uint(i-1) < uint(len(t.arr)) {
		return t.arr[i-1]
	}
	if len(t.nodes) == 0 {
		return Value{}
	}
	k := rawNumber(float64(i))
	return t.getText(k, hashOf(k))
}

func (t *Table) get(k Value) Value {
	if k.isNumber() {
		if i := arrayIndex(k.float()); i > 0 {
			return t.getInt(i)
		}
	}
	if len(t.nodes) == 0 || k.isNil() {
		return Value{}
	}
	return t.getText(k, t.hash(k))
}

// slot is where the value of a key lies, nil where the table has no place for it.
func (t *Table) slot(k Value) *Value {
	if k.isNumber() {
		if i := arrayIndex(k.float()); uint(i-1) < uint(len(t.arr)) {
			return &t.arr[i-1]
		}
	}
	if len(t.nodes) > 0 {
		if i := t.find(k, t.hash(k)); i >= 0 {
			return &t.nodes[i].val
		}
	}
	return nil
}

// set stores a value under a key that is neither nil nor NaN.
func (t *Table) set(k, v Value) {
	t.absent = 0
	if s := t.slot(k); s != nil {
		*s = v
		return
	}
	if !v.isNil() {
		t.insert(k, v)
	}
}

// setText is set for a string.
func (t *Table) setText(k, v Value) {
	t.absent = 0
	h := t.hash(k)
	if i := t.find(k, h); i >= 0 {
		t.nodes[i].val = v
	} else if !v.isNil() {
		t.insertHashed(k, h, v)
	}
}

func (t *Table) setInt(i int, v Value) {
	if uint(i-1) < uint(len(t.arr)) {
		t.arr[i-1] = v
		return
	}
	t.set(rawNumber(float64(i)), v)
}

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
	if len(t.nodes) == cap(t.nodes) {
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
	next := int32(-1)
	if t.heads != nil {
		head := &t.heads[h&uint32(len(t.heads)-1)]
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
	if size > cap(t.nodes) {
		t.in.charge(sizeNode * (size - cap(t.nodes)))
	}
	old := t.nodes
	t.allocate(size)
	for i := range old {
		if n := &old[i]; !n.val.isNil() {
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

// newTable makes a table with room for nodes; few of them lie in one piece with it.
func newTable(size int) *Table {
	switch {
	case size == 0:
		return &Table{}
	case size <= 4:
		t := &struct {
			Table
			room [4]node
		}{}
		t.nodes = t.room[:0:size]
		return &t.Table
	case size <= linearNodes:
		t := &struct {
			Table
			room [linearNodes]node
		}{}
		t.nodes = t.room[:0:size]
		return &t.Table
	}
	t := &Table{}
	t.allocate(size)
	return t
}

// allocate makes room for nodes.
func (t *Table) allocate(size int) {
	t.nodes = make([]node, 0, size)
	t.heads = nil
	t.cursor = 0
	if size > linearNodes {
		t.heads = make([]int32, size)
		for i := range t.heads {
			t.heads[i] = -1
		}
	}
}

// next gives the pair after a key, nil at the end; ok is false for a key that the table does not have.
func (t *Table) next(k Value) (key, val Value, ok bool) {
	at := 0
	if !k.isNil() {
		if k.isNumber() {
			at = arrayIndex(k.float())
		}
		if at == 0 || at > len(t.arr) {
			c := t.position(k)
			if c < 0 {
				return Value{}, Value{}, false
			}
			at = len(t.arr) + c + 1
		}
	}
	start := at
	for ; at < len(t.arr); at++ {
		if !t.arr[at].isNil() {
			t.in.work(at - start)
			return rawNumber(float64(at + 1)), t.arr[at], true
		}
	}
	for i := at - len(t.arr); i < len(t.nodes); i++ {
		if n := &t.nodes[i]; !n.val.isNil() {
			t.cursor = uint32(i)
			t.in.work(len(t.arr) + i - start)
			return n.key, n.val, true
		}
	}
	t.in.work(len(t.arr) + len(t.nodes) - start)
	return Value{}, Value{}, true
}

// position is the index of a key's node, -1 where there is none.
func (t *Table) position(k Value) int {
	if c := int(t.cursor); c < len(t.nodes) && t.nodes[c].key == k {
		return c
	}
	if i := t.find(k, t.hash(k)); i >= 0 {
		return i
	}
	t.in.work(len(t.nodes))
	for i := range t.nodes { // one that has died
		if n := &t.nodes[i]; n.key.isDeadKey() && n.key.n == uint64(k.address()) {
			return i
		}
	}
	return -1
}

// length is a border: an index whose value is not nil before one whose value is.
func (t *Table) length() int {
	n := len(t.arr)
	if n > 0 && t.arr[n-1].isNil() {
		low := 0
		for n-low > 1 {
			if m := (low + n) / 2; t.arr[m-1].isNil() {
				n = m
			} else {
				low = m
			}
		}
		return low
	}
	if len(t.nodes) == 0 || t.getInt(n+1).isNil() {
		return n
	}
	return t.unboundLength(n + 1)
}

func (t *Table) unboundLength(low int) int {
	high := low * 2
	for !t.getInt(high).isNil() {
		low = high
		if high > math.MaxInt32 { // built to defeat the search
			n := 1
			for !t.getInt(n).isNil() {
				n++
			}
			t.in.work(4 * n)
			return n - 1
		}
		high *= 2
	}
	for high-low > 1 {
		if m := (low + high) / 2; t.getInt(m).isNil() {
			high = m
		} else {
			low = m
		}
	}
	return low
}
