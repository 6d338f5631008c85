package cuckoofilter

import (
	"encoding/binary"
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"lma_collector/collector/sandbox/lua"
	"lma_collector/collector/sandbox/modules/moduletest"
)

func TestMethods(t *testing.T) {
	moduletest.New(t, Module()).Expect(map[string]string{
		`local f = cuckoo_filter.new(16) return f:add("a"), f:add("a"), f:query("a"), f:query("b"), f:count()`: "true false true false 1",
		`local f = cuckoo_filter.new(16) f:add(1) return f:delete(2), f:delete(1), f:delete(1), f:count()`:     "false true false 0",
		`local f = cuckoo_filter.new(16) for i = 0, 2 do f:add(i) f:add(i) end return f:count()`:               "3",
		`local f = cuckoo_filter.new(16) f:add(1) f:clear() return f:count(), f:query(1)`:                      "0 false",
		`local f = cuckoo_filter.new(5) for i = 1, 9 do f:add(i) end return f:count()`:                         "4",
		// wrong arguments
		`cuckoo_filter.new()`:                             "1: bad argument #0 to 'new' (incorrect number of arguments)",
		`cuckoo_filter.new(2, 99)`:                        "1: bad argument #0 to 'new' (incorrect number of arguments)",
		`cuckoo_filter.new(nil)`:                          "1: bad argument #1 to 'new' (number expected, got nil)",
		`cuckoo_filter.new(4)`:                            "1: bad argument #1 to 'new' (items must be > 4)",
		`cuckoo_filter.new(1e15)`:                         "not enough memory",
		`cuckoo_filter.new(20):add()`:                     "1: bad argument #-1 to 'add' (incorrect number of arguments)",
		`cuckoo_filter.new(20):add({})`:                   "1: bad argument #1 to 'add' (must be a string or number)",
		`cuckoo_filter.new(20):query()`:                   "1: bad argument #-1 to 'query' (incorrect number of arguments)",
		`cuckoo_filter.new(20):query(nil)`:                "1: bad argument #1 to 'query' (must be a string or number)",
		`cuckoo_filter.new(20):delete()`:                  "1: bad argument #-1 to 'delete' (incorrect number of arguments)",
		`cuckoo_filter.new(20):delete(true)`:              "1: bad argument #1 to 'delete' (must be a string or number)",
		`cuckoo_filter.new(20):clear(1)`:                  "1: bad argument #-1 to 'clear' (incorrect number of arguments)",
		`cuckoo_filter.new(20):count(1)`:                  "1: bad argument #-1 to 'count' (incorrect number of arguments)",
		`cuckoo_filter.new(20):fromstring({})`:            "1: bad argument #-1 to 'fromstring' (incorrect number of arguments)",
		`cuckoo_filter.new(20):fromstring({}, {})`:        "1: bad argument #1 to 'fromstring' (number expected, got table)",
		`cuckoo_filter.new(20):fromstring(1, {})`:         "1: bad argument #2 to 'fromstring' (string expected, got table)",
		`cuckoo_filter.new(20):fromstring(1, "        ")`: "1: fromstring() bytes found: 8, expected 64",
		`cuckoo_filter.new(20).query("x", 1)`:             "1: bad argument #1 to 'query' (mozsvc.cuckoo_filter expected, got string)",
	})
}

func TestCharged(t *testing.T) {
	moduletest.ExpectExhausted(t, Module(),
		`for i = 1, 1e6 do cuckoo_filter.new(1e6) end`,
		`local f = cuckoo_filter.new(1e6) for i = 1, 1e6 do f:clear() end`,
		`local f = cuckoo_filter.new(32) for i = 1, 1e5 do f:add(i) end`,
	)
}

func TestBuckets(t *testing.T) {
	for items, want := range map[int]int{5: 1, 7: 1, 8: 2, 11: 2, 12: 4, 16: 4, 20: 8, 1000: 256, 1024: 256, 2000000: 1 << 19} {
		if got := bucketsFor(items); got != want {
			t.Errorf("%d items: %d buckets, want %d", items, got, want)
		}
	}
}

// TestMembers compares the filter with a map over random additions and removals, also of a full
// filter: what was added is found until it is removed.
func TestMembers(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for range 30 {
		items := 8 << random.IntN(8)
		f := newFilter(bucketsFor(items))
		members := map[string]bool{}
		refused := 0
		for range items * 4 {
			key := fmt.Sprint(random.IntN(items * 2))
			if random.IntN(3) == 0 {
				if f.remove([]byte(key)) != members[key] {
					t.Fatalf("%d items: removing %s", items, key)
				}
				delete(members, key)
				continue
			}
			added, _ := f.add([]byte(key))
			if added && members[key] {
				t.Fatalf("%d items: %s is added again", items, key)
			}
			if !added && !members[key] {
				refused++ // full, or as another key
			}
			if added {
				members[key] = true
			}
		}
		for key := range members {
			if !f.has([]byte(key)) {
				t.Fatalf("%d items: %s is lost", items, key)
			}
		}
		if int(f.count) != len(members) {
			t.Errorf("%d items: count %v of %d", items, f.count, len(members))
		}
		if len(members) < len(f.buckets)*bucketSize*7/10 && refused > items/50+1 {
			t.Errorf("%d items: %d refused with %d of %d", items, refused, len(members), len(f.buckets)*bucketSize)
		}
	}
}

// TestOriginalCount has the count that the original gives, which fixes hashes and buckets.
func TestOriginalCount(t *testing.T) {
	f := newFilter(bucketsFor(2e6))
	for i := range 1000000 {
		f.add(binary.LittleEndian.AppendUint64(nil, math.Float64bits(float64(i))))
	}
	if f.count != 999985 {
		t.Errorf("1000000 numbers count as %v, want 999985", f.count)
	}
}

// TestPreserved writes what the original did and reads it back.
func TestPreserved(t *testing.T) {
	s := moduletest.New(t, Module())
	const want = `if x == nil then x = cuckoo_filter.new(8) end` + "\n" + `x:fromstring(0, "` +
		"\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00" + `")` + "\n"
	if got := s.Run(`return preserved(cuckoo_filter.new(8))`); got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	f := newFilter(bucketsFor(1000))
	var bytes []byte
	for i := range 700 {
		f.add(fmt.Append(nil, i))
	}
	for _, b := range f.buckets {
		for _, fp := range b {
			bytes = append(bytes, byte(fp), byte(fp>>8))
		}
	}
	if got := s.Run(string(f.AppendPreserved(nil, "x")) + `return x:count(), x:query("0"), x:query("699")`); got != fmt.Sprintf("%v true true", f.count) {
		t.Errorf("restored by Lua: %s", got)
	}
	v, err := s.Restore(Module(), []lua.Value{lua.Number(1024)}, "fromstring", lua.Number(f.count), lua.String(string(bytes)))
	if err != nil || string(v.AsObject().(*Filter).AppendPreserved(nil, "x")) != string(f.AppendPreserved(nil, "x")) {
		t.Errorf("restored: %v", err)
	}
	for _, args := range [][]lua.Value{nil, {lua.Number(3)}, {lua.Number(1e18)}} {
		if _, err := Module().Restore(s.In, args); err == nil {
			t.Errorf("new%v is restored", args)
		}
	}
	if err := f.RestoreCall("delete", nil); err == nil {
		t.Error("delete is called")
	}
}

func TestSize(t *testing.T) {
	if n := newFilter(1 << 16).Size(); n < 1<<19 || n > 1<<19+1024 {
		t.Errorf("%d bytes", n)
	}
}

// FuzzFromString must leave a usable filter whatever it is told.
func FuzzFromString(f *testing.F) {
	f.Add(1.0, "12345678")
	f.Add(math.NaN(), "\xff\xff\xff\xff\xff\xff\xff\xff")
	f.Fuzz(func(t *testing.T, count float64, bytes string) {
		c := newFilter(1)
		if err := c.fromString(count, bytes); err != nil {
			return
		}
		for i := range 20 {
			key := []byte{byte(i)}
			if added, _ := c.add(key); added && !c.has(key) {
				t.Fatal("a key is lost")
			}
		}
		if c.remove([]byte{1}); !(c.count >= 0) {
			t.Fatalf("count %v", c.count)
		}
	})
}

func BenchmarkAdd(b *testing.B) {
	f := newFilter(1 << 20)
	key := make([]byte, 8)
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		if i&(1<<21-1) == 0 {
			f.clear()
		}
		key[0], key[1], key[2], key[3] = byte(i), byte(i>>8), byte(i>>16), byte(i>>24)
		f.add(key)
	}
}

func BenchmarkQuery(b *testing.B) {
	f := newFilter(1 << 20)
	key := []byte("node-1.example.org")
	f.add(key)
	b.ReportAllocs()
	for b.Loop() {
		f.has(key)
	}
}
