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
	nodes  []node // their memory may be for less than room at first
	heads  *int32 // of the chains, as many as there is room for; or nil
	meta   *Table
	in     *Interp
	room   uint32 // nodes that are counted, 0 or a power of two: with more the table is built anew
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
	for i := *t.head(h); i >= 0; i = t.nodes[i].next {
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

// lookup is where the value of a string key lies, nil if it is nil. It notes the node in the
// instruction, and takes the constant as the node's key, so that the next time both are the same.
func (t *Table) lookup(key Value, h uint32, i *instr) *Value {
	if hint := i.hint(); hint < uint64(len(t.nodes)) {
		if n := &t.nodes[hint]; n.key.p == key.p && n.key.n == key.n && n.val.p != nil {
			return &n.val
		}
	}
	at := t.find(key, h)
	if at < 0 || t.nodes[at].val.p == nil {
		return nil
	}
	t.nodes[at].key = key
	i.setHint(min(at, 0xffff))
	return &t.nodes[at].val
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
func (t *Table) setText(k, v Value) { t.setHashed(k, t.hash(k), v) }

// setHashed is setText with the key's hash.
func (t *Table) setHashed(k Value, h uint32, v Value) {
	t.absent = 0
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
