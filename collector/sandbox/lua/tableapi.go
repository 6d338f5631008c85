package lua

import "math"

// Value is the table as a value.
func (t *Table) Value() Value { return tableValue(t) }

// Get is the value of a string key.
func (t *Table) Get(key string) Value {
	if len(t.nodes) == 0 {
		return Value{}
	}
	k := stringValue(key)
	return t.getText(k, t.hash(k))
}

// Index is the value of an integer key.
func (t *Table) Index(i int) Value { return t.getInt(i) }

// Lookup is the value of any key.
func (t *Table) Lookup(key Value) Value { return t.get(key) }

// Set stores a value under a string key. The string must not change afterwards.
func (t *Table) Set(key string, v Value) {
	v = plain(v)
	k := stringValue(key)
	h := t.hash(k)
	t.absent = 0
	if i := t.find(k, h); i >= 0 {
		t.nodes[i].val = v
	} else if !v.isNil() {
		t.in.chargeText(len(key))
		t.insertHashed(k, h, v)
	}
}

// SetIndex stores a value under an integer key.
func (t *Table) SetIndex(i int, v Value) { t.setInt(i, plain(v)) }

// Put stores a value under any key; nil and NaN, which cannot be keys, are ignored.
func (t *Table) Put(key, v Value) {
	if key.isNil() || key.isNumber() && math.IsNaN(key.float()) {
		return
	}
	if key.isString() {
		t.setText(key, plain(v))
	} else {
		t.set(key, plain(v))
	}
}

// Key is a key that is used often: the hash of a string is made once.
type Key struct {
	v    Value
	hash uint32
}

// NewKey makes a key of a value. A string's bytes must not change afterwards.
func NewKey(v Value) Key {
	k := Key{v: plain(v)}
	if v.isString() {
		k.hash = hashText(v.str())
	}
	return k
}

// GetKey is the value of a key that is a string.
func (t *Table) GetKey(k *Key) Value { return t.getText(k.v, k.hash) }

// PutKey is Put for a key.
func (t *Table) PutKey(k *Key, v Value) {
	if k.v.isString() {
		t.setHashed(k.v, k.hash, plain(v))
	} else {
		t.Put(k.v, v)
	}
}

// Len is the border that # gives.
func (t *Table) Len() int { return t.length() }

// Each calls yield for each pair until it returns false: first the array, then the other keys in the
// order in which they came. The table must not get new keys meanwhile.
func (t *Table) Each(yield func(key, v Value) bool) {
	t.in.work(len(t.arr) + len(t.nodes)) // what is nil is no work for yield
	for i := 0; i < len(t.arr); i++ {
		if v := t.arr[i]; !v.isNil() && !yield(rawNumber(float64(i+1)), v) {
			return
		}
	}
	for i := 0; i < len(t.nodes); i++ {
		if n := t.nodes[i]; !n.val.isNil() && !yield(n.key, n.val) {
			return
		}
	}
}

// Next gives the pair after a key, nil keys before the first and after the last; ok is false for a key
// that the table does not have.
func (t *Table) Next(key Value) (k, v Value, ok bool) { return t.next(plain(key)) }

// HasMetatable tells whether the table has a metatable.
func (t *Table) HasMetatable() bool { return t.meta != nil }

// Metatable is the table's metatable or nil.
func (t *Table) Metatable() *Table { return t.meta }

// SetMetatable gives the table a metatable, or none for nil.
func (t *Table) SetMetatable(meta *Table) { t.meta = meta }

// plain makes none nil.
func plain(v Value) Value {
	if v.isNil() {
		return Value{}
	}
	return v
}

// Metatabled is what the identity (Ref) of a table or userdata implements.
type Metatabled interface {
	// Metafield is a field of the metatable, nil where there is none.
	Metafield(name string) Value
}

// Metafield is a field of the table's metatable, nil where there is none.
func (t *Table) Metafield(name string) Value {
	if t.meta == nil {
		return Value{}
	}
	return t.meta.Get(name)
}

// Metafield is a field of the userdata's metatable, nil where there is none.
func (u *userdata) Metafield(name string) Value {
	if u.meta == nil {
		return Value{}
	}
	return u.meta.Get(name)
}
