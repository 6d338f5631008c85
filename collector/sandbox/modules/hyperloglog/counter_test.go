package hyperloglog

import (
	"encoding/binary"
	"fmt"
	"math"
	"strings"
	"testing"

	"lma_collector/collector/sandbox/lua"
	"lma_collector/collector/sandbox/modules/moduletest"
)

func addNumber(h *Counter, f float64) bool {
	return h.add(binary.LittleEndian.AppendUint64(nil, math.Float64bits(f)))
}

// TestOriginalCount has the counts that the original gives, which fix the hash and the correction.
func TestOriginalCount(t *testing.T) {
	for n, want := range map[int]uint64{100000: 100070, 1000000: 1006268} {
		h := newCounter()
		for i := range n {
			addNumber(h, float64(i))
		}
		if got := h.count(); got != want {
			t.Errorf("%d numbers count as %d, want %d", n, got, want)
		}
	}
}

// TestError compares counts with the truth: the standard error is 0.8 %.
func TestError(t *testing.T) {
	h, n := newCounter(), 0
	for _, want := range []int{0, 1, 10, 1000, 10000, 30000, 60000, 200000, 1000000} {
		for ; n < want; n++ {
			h.add(fmt.Append(nil, "host-", n))
			h.add(fmt.Append(nil, "host-", n/2)) // an old one
		}
		if got := float64(h.count()); math.Abs(got-float64(want)) > 0.03*float64(want)+1 {
			t.Errorf("%d keys count as %v", want, got)
		}
	}
}

func TestRegisters(t *testing.T) {
	h := newCounter()
	want := make([]uint8, registers)
	for i := range registers {
		want[i] = uint8(i*7+i/64) & 63
		h.setRegister(i, 63)
		h.setRegister(i, want[i])
	}
	for i := range registers {
		if got := h.register(i); got != want[i] {
			t.Fatalf("register %d is %d, want %d", i, got, want[i])
		}
	}
}

func TestMethods(t *testing.T) {
	empty := string(newCounter().data[:])
	s := moduletest.New(t, Module())
	s.In.SetGlobal("empty", lua.String(empty))
	s.In.SetGlobal("foreign", lua.String("XYLL"+empty[4:]))
	s.In.SetGlobal("sparse", lua.String(empty[:4]+"\x01"+empty[5:]))
	s.Expect(map[string]string{
		`local h = hyperloglog.new() return h:add("a"), h:add("a"), h:add(1), h:count()`:                                         "true false true 2",
		`local h = hyperloglog.new() h:add(1) h:clear() return h:count()`:                                                        "0",
		`local h, g = hyperloglog.new(), hyperloglog.new() h:add(1) g:add(1) g:add(2) return hyperloglog.count(h, g), h:count()`: "2 1",
		`local h, g = hyperloglog.new(), hyperloglog.new() h:add(1) g:add(2) return h:merge(g) == h, h:count(), g:count()`:       "true 2 1",
		`local h = hyperloglog.new() h:add(1) return h:merge(h) == h, h:count()`:                                                 "true 1",
		`local h = hyperloglog.new() h:add(1) h:fromstring(empty) return h:count(), text(h) == empty`:                            "0 false",
		`local h = hyperloglog.new() return text(h) == empty, string(h) == empty`:                                                "true true",
		// wrong arguments
		`hyperloglog.new(2)`:                      "1: bad argument #1 to 'new' (incorrect number of arguments)",
		`hyperloglog.new():add({})`:               "1: bad argument #1 to 'add' (must be a string or number)",
		`hyperloglog.new():add()`:                 "1: calling 'add' on bad self (incorrect number of arguments)",
		`hyperloglog.new():count(1)`:              "1: bad argument #1 to 'count' (incorrect number of arguments)",
		`hyperloglog.new():clear(1)`:              "1: bad argument #1 to 'clear' (incorrect number of arguments)",
		`hyperloglog.new():fromstring({})`:        "1: bad argument #1 to 'fromstring' (string expected, got table)",
		`hyperloglog.new():fromstring("       ")`: "1: fromstring() bytes found: 7, expected 12304",
		`hyperloglog.new():fromstring(foreign)`:   "1: fromstring() HYLL header not found",
		`hyperloglog.new():fromstring(sparse)`:    "1: fromstring() invalid encoding",
		`hyperloglog.new():merge(1)`:              "1: bad argument #1 to 'merge' (mozsvc.hyperloglog expected, got number)",
		`hyperloglog.new().add(1, 2)`:             "1: bad argument #1 to 'add' (mozsvc.hyperloglog expected, got number)",
		`hyperloglog.count(hyperloglog.new())`:    "1: bad argument #1 to 'count' (incorrect number of arguments)",
		`hyperloglog.count(hyperloglog.new(), 1)`: "1: bad argument #2 to 'count' (mozsvc.hyperloglog expected, got number)",
	})
}

func TestCharged(t *testing.T) {
	moduletest.ExpectExhausted(t, Module(),
		`local h = hyperloglog.new() for i = 1, 1e5 do h:add(i) h:clear() h:count() end`,
		`local h, g = hyperloglog.new(), hyperloglog.new() for i = 1, 1e5 do h:merge(g) end`,
		`local h, g = hyperloglog.new(), hyperloglog.new() for i = 1, 1e5 do hyperloglog.count(h, g) end`,
	)
}

// TestOutput has the header that the original writes, with the count once it was asked for.
func TestOutput(t *testing.T) {
	h := newCounter()
	if got := string(h.AppendOutput(nil)); got != "HYLL\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x80"+strings.Repeat("\x00", 12288) {
		t.Errorf("an empty counter is %q...", got[:20])
	}
	addNumber(h, 1)
	addNumber(h, 2)
	h.count()
	if got := string(h.AppendOutput(nil)[:16]); got != "HYLL\x00\x00\x00\x00\x02\x00\x00\x00\x00\x00\x00\x00" {
		t.Errorf("the header is %q", got)
	}
}

func TestPreserved(t *testing.T) {
	s := moduletest.New(t, Module())
	h := newCounter()
	for i := range 5000 {
		addNumber(h, float64(i))
	}
	text := string(h.AppendPreserved(nil, "x"))
	if !strings.HasPrefix(text, "if x == nil then x = hyperloglog.new() end\nx:fromstring(\"HYLL\x00") || !strings.HasSuffix(text, "\")\n") {
		t.Errorf("preserved: %.60q", text)
	}
	if got, want := s.Run(text+`return x:count(), x:add(4999)`), fmt.Sprintf("%d false", h.count()); got != want {
		t.Errorf("restored by Lua: %s, want %s", got, want)
	}
	v, err := s.Restore(Module(), nil, "fromstring", lua.String(string(h.data[:])))
	if err != nil || v.AsObject().(*Counter).count() != h.count() {
		t.Errorf("restored: %v", err)
	}
	if _, err := Module().Restore(s.In, []lua.Value{lua.Number(1)}); err == nil {
		t.Error("new(1) is restored")
	}
	if err := h.RestoreCall("merge", nil); err == nil {
		t.Error("merge is called")
	}
}

// FuzzFromString must leave a usable counter whatever its registers are.
func FuzzFromString(f *testing.F) {
	f.Add([]byte{}, uint64(1<<63))
	f.Add([]byte("\xff\xff\xff\xff"), uint64(0))
	f.Fuzz(func(t *testing.T, registers []byte, card uint64) {
		h := newCounter()
		text := append(binary.LittleEndian.AppendUint64([]byte("HYLL\x00\x00\x00\x00"), card), registers...)
		if len(text) < size {
			text = append(text, make([]byte, size-len(text))...)
		}
		if err := h.fromString(string(text)); err != nil {
			return
		}
		h.add([]byte("key"))
		h.merge(newCounter())
		h.count()
	})
}

func BenchmarkAdd(b *testing.B) {
	h := newCounter()
	key := make([]byte, 8)
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		binary.LittleEndian.PutUint64(key, uint64(i))
		h.add(key)
	}
}

func BenchmarkCount(b *testing.B) {
	h := newCounter()
	b.ReportAllocs()
	for b.Loop() {
		h.changed()
		h.count()
	}
}
