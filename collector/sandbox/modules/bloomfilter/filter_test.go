package bloomfilter

import (
	"encoding/binary"
	"fmt"
	"math"
	"testing"

	"lma_collector/collector/sandbox/lua"
	"lma_collector/collector/sandbox/modules/moduletest"
)

func TestMethods(t *testing.T) {
	moduletest.New(t, Module()).Expect(map[string]string{
		`local f = bloom_filter.new(20, 0.01) return f:add("a"), f:add("a"), f:query("a"), f:query("b"), f:count()`: "true false true false 1",
		`local f = bloom_filter.new(20, 0.01) f:add(1) return f:query(1), f:query("1"), f:query(1.5), f:add(0/0)`:   "true false false true",
		`local f = bloom_filter.new(20, 0.01) for i = 0, 2 do f:add(i) f:add(i) end return f:count()`:               "3",
		`local f = bloom_filter.new(20, 0.01) f:add(1) f:clear() return f:count(), f:query(1)`:                      "0 false",
		`local f = bloom_filter.new(20, 0.01) f:add("") f:add("\0") return f:count(), f:query("\0\0")`:              "2 false",
		// wrong arguments
		`bloom_filter.new(2)`:                                         "1: bad argument #0 to 'new' (incorrect number of arguments)",
		`bloom_filter.new(2, 0.1, 1)`:                                 "1: bad argument #0 to 'new' (incorrect number of arguments)",
		`bloom_filter.new(nil, 0.01)`:                                 "1: bad argument #1 to 'new' (number expected, got nil)",
		`bloom_filter.new(0, 0.01)`:                                   "1: bad argument #1 to 'new' (items must be > 1)",
		`bloom_filter.new(1, nil)`:                                    "1: bad argument #1 to 'new' (items must be > 1)",
		`bloom_filter.new(2, nil)`:                                    "1: bad argument #2 to 'new' (number expected, got nil)",
		`bloom_filter.new(2, 0)`:                                      "1: bad argument #2 to 'new' (probability must be between 0 and 1)",
		`bloom_filter.new(2, 1)`:                                      "1: bad argument #2 to 'new' (probability must be between 0 and 1)",
		`bloom_filter.new(2, 0/0)`:                                    "1: bad argument #2 to 'new' (probability must be between 0 and 1)",
		`bloom_filter.new(1e15, 0.01)`:                                "not enough memory",
		`bloom_filter.new(20, 0.01):add()`:                            "1: bad argument #-1 to 'add' (incorrect number of arguments)",
		`bloom_filter.new(20, 0.01):add({})`:                          "1: bad argument #1 to 'add' (must be a string or number)",
		`bloom_filter.new(20, 0.01):query()`:                          "1: bad argument #-1 to 'query' (incorrect number of arguments)",
		`bloom_filter.new(20, 0.01):query({})`:                        "1: bad argument #1 to 'query' (must be a string or number)",
		`bloom_filter.new(20, 0.01):clear(1)`:                         "1: bad argument #-1 to 'clear' (incorrect number of arguments)",
		`bloom_filter.new(20, 0.01):count(1)`:                         "1: bad argument #-1 to 'count' (incorrect number of arguments)",
		`bloom_filter.new(20, 0.01):fromstring({})`:                   "1: bad argument #1 to 'fromstring' (string expected, got table)",
		`bloom_filter.new(20, 0.01):fromstring("                  ")`: "1: fromstring() bytes found: 18, expected 24",
		`bloom_filter.new(20, 0.01):fromstring({}, "")`:               "1: bad argument #1 to 'fromstring' (number expected, got table)",
		`bloom_filter.new(20, 0.01):fromstring(1, {})`:                "1: bad argument #2 to 'fromstring' (string expected, got table)",
		`bloom_filter.new(20, 0.01):fromstring(1, "", 2)`:             "1: bad argument #-1 to 'fromstring' (incorrect number of arguments)",
		`bloom_filter.new(20, 0.01).add(7, 1)`:                        "1: bad argument #1 to 'add' (mozsvc.bloom_filter expected, got number)",
	})
}

func TestCharged(t *testing.T) {
	moduletest.ExpectExhausted(t, Module(),
		`for i = 1, 1e6 do bloom_filter.new(1e6, 0.01) end`,
		`local f = bloom_filter.new(1e6, 0.01) for i = 1, 1e6 do f:clear() end`,
		`local f, s = bloom_filter.new(10, 1e-300), "0123456789abcdef" for i = 1, 12 do s = s .. s end for i = 1, 1e5 do f:add(s) end`,
	)
}

// TestNoFalseNegatives adds as many keys as the filter is made for and looks for them and for others.
func TestNoFalseNegatives(t *testing.T) {
	for _, probability := range []float64{0.5, 0.01, 0.0001} {
		f := newFilter(2000, probability)
		added := 0.0
		for i := range 2000 {
			if f.add(fmt.Append(nil, "key ", i)) {
				added++
			}
		}
		wrong := 0
		for i := range 2000 {
			if !f.has(fmt.Append(nil, "key ", i)) {
				t.Fatalf("key %d is lost", i)
			}
			if f.has(fmt.Append(nil, "other ", i)) {
				wrong++
			}
		}
		if float64(wrong) > 2000*probability*2+5 {
			t.Errorf("probability %v: %d of 2000 are false positives", probability, wrong)
		}
		if f.count != added {
			t.Errorf("count %v of %v", f.count, added)
		}
	}
}

// TestPreserved writes what the original did and reads it back.
func TestPreserved(t *testing.T) {
	s := moduletest.New(t, Module())
	const want = `if x == nil then x = bloom_filter.new(2, 0.5) end` + "\n" + `x:fromstring(1, "` + "\x02" + `")` + "\n"
	if got := s.Run(`local f = bloom_filter.new(2, 0.5) f:add("k") return preserved(f)`); got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	f := newFilter(500, 1.0/3)
	for i := range 300 {
		f.add(binary.LittleEndian.AppendUint64(nil, math.Float64bits(float64(i))))
	}
	s.In.SetGlobal("x", lua.Nil)
	if got := s.Run(string(f.AppendPreserved(nil, "x")) + `return x:count(), x:query(0), x:query(299)`); got != fmt.Sprintf("%v true true", f.count) {
		t.Errorf("restored by Lua: %s", got)
	}
	v, err := s.Restore(Module(), []lua.Value{lua.Number(500), lua.Number(1.0 / 3)}, "fromstring", lua.Number(f.count), lua.String(string(f.data)))
	if err != nil || string(v.AsObject().(*Filter).AppendPreserved(nil, "x")) != string(f.AppendPreserved(nil, "x")) {
		t.Errorf("restored: %v", err)
	}
	for _, args := range [][]lua.Value{nil, {lua.Number(1), lua.Number(0.1)}, {lua.Number(9), lua.Number(2)}, {lua.Number(1e18), lua.Number(0.1)}} {
		if _, err := Module().Restore(s.In, args); err == nil {
			t.Errorf("new%v is restored", args)
		}
	}
	if err := f.RestoreCall("add", nil); err == nil {
		t.Error("add is called")
	}
}

func TestSize(t *testing.T) {
	if n := newFilter(1e6, 0.01).Size(); n < 1.19e6 || n > 1.2e6 {
		t.Errorf("%d bytes", n)
	}
}

func FuzzFromString(f *testing.F) {
	f.Add(1.0, "x")
	f.Add(math.NaN(), "\xff")
	f.Fuzz(func(t *testing.T, count float64, bytes string) {
		b := newFilter(2, 0.5)
		if err := b.fromString(count, bytes); err != nil {
			return
		}
		b.add([]byte("k"))
		if !b.has([]byte("k")) || !(b.count >= 0) {
			t.Fatal("a key is lost")
		}
	})
}

func BenchmarkAdd(b *testing.B) {
	f := newFilter(1e6, 0.01)
	key := make([]byte, 8)
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		binary.LittleEndian.PutUint64(key, uint64(i))
		f.add(key)
	}
}

func BenchmarkQuery(b *testing.B) {
	f := newFilter(1e6, 0.01)
	key := []byte("node-1.example.org")
	f.add(key)
	b.ReportAllocs()
	for b.Loop() {
		f.has(key)
	}
}

// TestOriginalCount has the count that the original gives, which fixes the hashes.
func TestOriginalCount(t *testing.T) {
	f := newFilter(2e6, 0.01)
	for i := range 1000000 {
		f.add(binary.LittleEndian.AppendUint64(nil, math.Float64bits(float64(i))))
	}
	if f.count != 999970 {
		t.Errorf("1000000 numbers count as %v, want 999970", f.count)
	}
}
