package lua

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"
)

// checkModel compares a table with a map that went through the same.
func checkModel(t *testing.T, table *Table, model map[string]Value) {
	t.Helper()
	seen := map[string]bool{}
	for k, v, ok := table.Next(Nil); !k.IsNil(); k, v, ok = table.Next(k) {
		if !ok {
			t.Fatal("next lost its key")
		}
		name := keyName(k)
		if seen[name] || model[name] != v || table.Lookup(k) != v {
			t.Fatalf("next gives %s twice or wrongly", name)
		}
		seen[name] = true
	}
	if len(seen) != len(model) {
		t.Fatalf("next gives %d pairs of %d", len(seen), len(model))
	}
	n := table.Len()
	if n > 0 && table.Index(n).IsNil() || !table.Index(n+1).IsNil() {
		t.Fatalf("%d is no border", n)
	}
}

func keyName(k Value) string {
	text, _ := k.AsText()
	return k.Kind().String() + text
}

// play makes operations of bytes.
func play(t *testing.T, ops []byte) {
	in := New(Options{})
	table := in.NewTable(int(ops[0]%5), int(ops[1]%12))
	model := map[string]Value{}
	for i := 2; i+2 < len(ops); i += 3 {
		k := rawNumber(float64(ops[i] % 64))
		switch ops[i+1] % 6 {
		case 0:
			k = in.String(fmt.Sprint("k", ops[i]%64))
		case 1:
			k = rawNumber(float64(ops[i])/2 - 20)
		case 2:
			k = rawNumber(float64(uint(1) << (ops[i] % 60)))
		}
		v := rawNumber(float64(ops[i+2]))
		if ops[i+2]%3 == 0 {
			delete(model, keyName(k))
			v = Nil
		} else {
			model[keyName(k)] = v
		}
		table.Put(k, v)
	}
	checkModel(t, table, model)
}

// TestTableRoom checks that a table counts what C's would, whatever memory its few nodes begin with.
func TestTableRoom(t *testing.T) {
	for wanted := range 12 {
		in := New(Options{})
		before := in.MemoryUsed()
		table := in.NewTable(0, wanted)
		room := 0
		for n := range 40 {
			for room < max(wanted, n) {
				room = max(1, 2*room)
			}
			if got := in.MemoryUsed() - before; got != sizeTable+sizeNode*int(table.room) || int(table.room) < room {
				t.Fatalf("%d keys in a table for %d: %d bytes, room for %d", n, wanted, got, table.room)
			}
			key := NewKey(stringValue(fmt.Sprint("key", n)))
			table.PutKey(&key, rawNumber(float64(n)))
			for i := range n + 1 {
				if k := NewKey(stringValue(fmt.Sprint("key", i))); table.GetKey(&k) != rawNumber(float64(i)) {
					t.Fatalf("%d keys in a table for %d: key%d is %v", n+1, wanted, i, table.GetKey(&k))
				}
			}
		}
	}
}

// TestKeys checks keys that are no strings, and those that cannot be keys.
func TestKeys(t *testing.T) {
	table := New(Options{}).NewTable(0, 0)
	for _, v := range []Value{Number(1), Number(2.5), Bool(true), stringValue(""), stringValue(strings.Repeat("long", 100)), Nil, none, Number(math.NaN())} {
		k := NewKey(v)
		table.PutKey(&k, Number(7))
		want := Number(7)
		if v.IsNil() || v.isNumber() && math.IsNaN(v.float()) {
			want = Nil
		}
		if got := table.Lookup(v); got != want {
			t.Errorf("%v: %v, want %v", v, got, want)
		}
	}
}

func TestTableModel(t *testing.T) {
	random := rand.New(rand.NewPCG(5, 6))
	for range 2000 {
		ops := make([]byte, 2+3*random.IntN(200))
		for i := range ops {
			ops[i] = byte(random.Uint32())
		}
		play(t, ops)
	}
}

func FuzzTable(f *testing.F) {
	f.Add([]byte{0, 0, 1, 2, 3})
	f.Add([]byte("\x01\x02abcabcabdabeabfabgabhabi"))
	f.Fuzz(func(t *testing.T, ops []byte) {
		if len(ops) >= 2 {
			play(t, ops)
		}
	})
}

func TestTableOrder(t *testing.T) {
	in := New(Options{})
	table := in.NewTable(0, 0)
	for i := range 100 {
		table.Set(fmt.Sprint("k", (i*37)%100), Number(float64(i)))
	}
	want := 0.0
	table.Each(func(_, v Value) bool {
		if v.Float() != want {
			t.Fatalf("%v in the place of %v", v.Float(), want)
		}
		want++
		return true
	})
}

// TestTableRemoval removes all keys while it goes over them.
func TestTableRemoval(t *testing.T) {
	in := New(Options{})
	table := in.NewTable(0, 0)
	for i := range 1000 {
		table.SetIndex(i+1, Number(1))
		table.Set(fmt.Sprint(i), Number(1))
	}
	n := 0
	for k, _, ok := table.Next(Nil); !k.IsNil(); k, _, ok = table.Next(k) {
		if !ok {
			t.Fatal("lost")
		}
		table.Put(k, Nil)
		if n++; n == 1500 { // what is dead is let go, not forgotten
			in.CollectMemory()
		}
	}
	if n != 2000 {
		t.Errorf("%d pairs", n)
	}
	if _, _, ok := table.Next(String("never")); ok {
		t.Error("a key that never was is taken")
	}
}

// TestTableChurn inserts and deletes ten million keys.
func TestTableChurn(t *testing.T) {
	in := New(Options{})
	in.SetGlobal("t", in.NewTable(0, 0).Value())
	table, _ := in.Global("t").AsTable()
	n := 10_000_000
	if testing.Short() {
		n /= 100
	}
	for i := range n {
		table.Put(Number(float64(i)*1.5+0.25), Number(1))
		if i >= 100 {
			table.Put(Number(float64(i-100)*1.5+0.25), Nil)
		}
	}
	if cap(table.nodes) > 512 || len(table.arr) > 16 {
		t.Errorf("%d nodes and %d slots for 100 keys", cap(table.nodes), len(table.arr))
	}
	for i := 1; i < n/10; i++ { // a queue
		table.SetIndex(i, Number(1))
		if i > 100 {
			table.SetIndex(i-100, Nil)
		}
	}
	if cap(table.nodes)+len(table.arr) > 2048 {
		t.Errorf("%d nodes and %d slots for a queue of 100", cap(table.nodes), len(table.arr))
	}
}

func TestTableSparse(t *testing.T) {
	in := New(Options{})
	table := in.NewTable(0, 0)
	table.SetIndex(5_000_000, Number(1))
	table.SetIndex(1, Number(1))
	table.SetIndex(67108864, Number(1))
	if len(table.arr) > 4 {
		t.Errorf("%d slots", len(table.arr))
	}
}
